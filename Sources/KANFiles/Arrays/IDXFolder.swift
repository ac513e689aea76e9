/// Labelled images for training and test, read from a folder with the four MNIST files.
package struct IDXFolder: Sendable, Equatable {
  /// Rows and columns of an image (or other sizes of the image files after the first).
  package let imageShape: [Int]
  /// Images × pixels, row-major.
  package let trainImages: [UInt8]
  package let trainLabels: [UInt8]
  package let testImages: [UInt8]
  package let testLabels: [UInt8]

  /// The values in one image.
  package var pixels: Int { imageShape.reduce(1, *) }
}

/// The paths of the four MNIST files in a folder, each plain or with `.gz`, with `-` or `.` before `idx`.
///
/// Throws `.notFound` if the folder or a file is missing, and `.malformed` if `path` is not a folder.
package func findIDXFolder(
  _ path: String
) throws(FileError) -> (trainImages: String, trainLabels: String, testImages: String, testLabels: String) {
  guard !path.utf8.contains(0), let status = status(of: path) else {
    throw FileError(.notFound, path: path, "no such folder")
  }
  guard NodeType(status) == .folder else { throw FileError(.malformed, path: path, "not a folder") }
  let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]
  let found = names.map { findIDXFile($0, in: path) }
  if let missing = found.firstIndex(of: nil) {
    let wanted = "plain or with .gz, as in the data sets MNIST and Fashion-MNIST"
    throw FileError(
      .notFound, path: path,
      found.allSatisfy { $0 == nil }
        ? "no images: \(names.joined(separator: ", ")) are expected in the folder, \(wanted)"
        : "neither \(names[missing]) nor \(names[missing]).gz is in the folder")
  }
  return (found[0]!, found[1]!, found[2]!, found[3]!)
}

private func findIDXFile(_ name: String, in folder: String) -> String? {
  let prefix = folder.hasSuffix("/") ? folder : folder + "/"
  for ending in ["", ".gz"] {
    for name in [name, name.replacing("-idx", with: ".idx")] {
      let path = prefix + name + ending
      if let status = status(of: path), NodeType(status) != .folder { return path }
    }
  }
  return nil
}

/// Reads the four MNIST files in a folder.
///
/// Throws everything of `findIDXFolder` and `decodeIDX`, and `.malformed` if the files do not fit together.
package func readIDXFolder(_ path: String) throws(FileError) -> IDXFolder {
  let paths = try findIDXFolder(path)
  let train = try readLabelledImages(paths.trainImages, paths.trainLabels)
  let test = try readLabelledImages(paths.testImages, paths.testLabels)
  guard train.shape == test.shape else {
    let shapes = "\(shapeText(test.shape)) values, those for training \(shapeText(train.shape))"
    throw FileError(.malformed, path: paths.testImages, "the images have \(shapes)")
  }
  return IDXFolder(
    imageShape: train.shape, trainImages: train.images, trainLabels: train.labels, testImages: test.images,
    testLabels: test.labels)
}

private func readLabelledImages(
  _ imagePath: String, _ labelPath: String
) throws(FileError) -> (shape: [Int], images: [UInt8], labels: [UInt8]) {
  let imageArray = try readIDX(imagePath)
  guard case .bytes(let images) = imageArray.values, imageArray.shape.count >= 2 else {
    throw FileError(.malformed, path: imagePath, "not images of unsigned bytes")
  }
  let labelArray = try readIDX(labelPath)
  guard case .bytes(let labels) = labelArray.values, labelArray.shape.count == 1 else {
    throw FileError(.malformed, path: labelPath, "not a list of unsigned bytes")
  }
  guard labels.count == imageArray.shape[0] else {
    throw FileError(
      .malformed, path: labelPath, "\(amount(labels.count, "label")) for \(amount(imageArray.shape[0], "image"))")
  }
  return (Array(imageArray.shape.dropFirst()), images, labels)
}
