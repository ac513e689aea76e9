import KANFiles
import Testing

/// Arrays, images and models that cannot be used.
@Suite struct BadArrayTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func npy(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
  }

  @Test(arguments: [
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1)}", 16, "too little data: 24 bytes expected, 16 found"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)}", 16, "8 bytes of excess data after the array"),
    (
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000)}", 8,
      "the shape 4000000000 × 4000000000 is too large"
    ),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1)}", 8, "pickled Python objects are not supported"),
    ("{'descr': '<U4', 'fortran_order': False, 'shape': (1, 1)}", 16, "arrays of strings are not supported"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2)}", 0, "the array is empty (0 × 2)"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", 8, "a scalar, but an array is expected"),
  ])
  func arrays(header: String, size: Int, message: String) throws {
    try folder.write(npy(header, [UInt8](repeating: 0, count: size)), to: "x.npy")
    try folder.writeArrays(names: ("other.npy", "y.npy"))
    try folder.kan("train", "x.npy", "--target", "y.npy", "--save", "m.safetensors").failed(65, "x.npy: \(message)")
    try folder.kan("train", "other.npy", "--target", "x.npy", "--save", "m.safetensors").failed(65, "x.npy: \(message)")
    #expect(folder.names == ["x.npy", "y.npy", "other.npy"])
  }

  @Test(
    arguments: [
      ([0x93], "not an NPY file (wrong magic bytes)"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1], "truncated NPY header"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 9, 0, 0, 0], "NPY version 9.0 is not supported"),
      (
        [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0xFF, 0xFF],
        "the NPY header of 65535 bytes goes beyond the end of the file"
      ),
    ] as [([UInt8], String)])
  func arrayHeaders(bytes: [UInt8], message: String) throws {
    try folder.write(bytes, to: "x.npy")
    try folder.kan("train", "x.npy", "--target", "x.npy").failed(65, "x.npy: \(message)")
  }

  @Test func negativeShape() throws {
    try folder.write(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 1)}"), to: "x.npy")
    let outcome = try folder.kan("train", "x.npy", "--target", "x.npy")
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("error: x.npy: "))
  }

  @Test func values() throws {
    try folder.write(encodeNPY(shape: [3, 2], [1, 2, 3, .infinity, 5, 6] as [Double]), to: "x.npy")
    try folder.write(encodeNPY(shape: [3], [1, 2, 1e300] as [Double]), to: "y.npy")
    try folder.write(encodeNPY(shape: [3], [1, 2, 2] as [Double]), to: "z.npy")
    try folder.kan("train", "x.npy", "--target", "z.npy")
      .failed(65, "x.npy: row 2, column 2: inf is not a finite number")
    try folder.kan("train", "z.npy", "--target", "y.npy").failed(65, "y.npy: row 3: 1e+300 is too large")
    try folder.write(encodeNPY(shape: [1], [1] as [Double]), to: "one.npy")
    try folder.kan("train", "z.npy", "--target", "one.npy")
      .failed(65, "one.npy: 1 row of targets for 3 rows of inputs")
    try folder.write(encodeNPY(shape: [3], [1, 2.5, 1] as [Double]), to: "half.npy")
    try folder.kan("train", "z.npy", "--target", "half.npy", "--task", "classification")
      .failed(65, "half.npy: labels of classes have to be one whole number for each row")
  }

  @Test func images() throws {
    try folder.shell("mkdir none").succeeded()
    let names = [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]
    let endings = "plain or with .gz, as in the data sets MNIST and Fashion-MNIST"
    try folder.kan("train", "none").failed(
      66, "none: no images: \(names.joined(separator: ", ")) are expected in the folder, \(endings)")
    try folder.writeImages()
    try folder.kan("train", "images", "--task", "regression")
      .failed(65, "images: the labels of images are classes, not numbers")
    try folder.write(idx([2, 4, 4], [UInt8](repeating: 0, count: 20)), to: "images/\(names[0])")
    let short = try folder.kan("train", "images")
    #expect(short.status == 65 && short.errors.hasPrefix("error: images/\(names[0]): "))
    try folder.shell("rm images/\(names[3])").succeeded()
    try folder.kan("train", "images").failed(66, "images: neither \(names[3]) nor \(names[3]).gz is in the folder")
  }

  // MARK: Models

  private func expectBadModel(_ bytes: [UInt8], _ message: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    try folder.write(regressionTable(), to: "r.csv")
    try folder.write(bytes, to: "bad.safetensors")
    let data = ["r.csv"]
    for command in [
      ["evaluate", "bad.safetensors"] + data, ["predict", "bad.safetensors"] + data + ["--out", "p.csv"],
      ["inspect", "bad.safetensors"], ["train"] + data + ["--resume", "--save", "bad.safetensors"],
    ] {
      try folder.kan(command).failed(65, "bad.safetensors: \(message)", sourceLocation: sourceLocation)
    }
    #expect(!folder.names.contains("p.csv"), sourceLocation: sourceLocation)
    #expect(try folder.bytes("bad.safetensors") == bytes, sourceLocation: sourceLocation)
  }

  private func safeTensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8) + data
  }

  @Test func damagedModels() throws {
    try expectBadModel([], "not a model file, but empty")
    try expectBadModel([UInt8](repeating: 0xAB, count: 500), "not a model file")
    try expectBadModel(Array("a,b,y\n1,2,3\n".utf8), "not a model file, but a table of text")
    try expectBadModel(
      safeTensors(#"{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}"#, [0, 0, 0, 0]),
      "tensor \"a\": offsets 0…4000 do not fit 4 bytes of data")
    try expectBadModel(
      safeTensors(#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
      "tensor \"a\": the shape 4294967296 × 4294967296 is too large")
    try expectBadModel(
      safeTensors("{\"a\":" + String(repeating: "[", count: 100_000)),
      "safetensors header: '{' is expected at byte 6")
    try expectBadModel(safeTensors("{}"), "a safetensors file, but not a model with its topology")
    let nested = String(repeating: "[", count: 50_000)
    for (text, message) in [
      (nested, "the topology is damaged"), ("{}", "the topology is damaged"),
      (
        #"{"layers":[],"names":{"classes":[],"inputs":[],"targets":[]},"task":"regression"}"#,
        "the topology has no layers"
      ),
    ] {
      try expectBadModel(
        SafeTensors(metadata: ["format": "swift-kan", "version": "1", "network": text]).encoded(), message)
    }
    try expectBadModel(
      SafeTensors(metadata: ["format": "swift-kan", "version": "99\u{7}", "network": "{}"]).encoded(),
      "format version 99\\u{7} is not known")
  }

  /// A model whose topology or tensors have been changed.
  private func expectBadModel(
    replacing text: String, with other: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try folder.writeModel()
    var model = try SafeTensors(path: folder.file("m.safetensors"))
    let topology = try #require(model.metadata["network"])
    try #require(topology.contains(text), "\(topology)", sourceLocation: sourceLocation)
    model.metadata["network"] = topology.replacingOccurrences(of: text, with: other)
    try expectBadModel(model.encoded(), message, sourceLocation: sourceLocation)
  }

  @Test func changedTopology() throws {
    try expectBadModel(
      replacing: "\"outputs\":1", with: "\"outputs\":2147483647",
      "tensor \"layers.0.weight\" has shape [2, 9, 1], not [2, 9, 2147483647]")
    try expectBadModel(replacing: "\"outputs\":1", with: "\"outputs\":-1", "layer 1 has -1 outputs")
    try expectBadModel(
      replacing: "\"bSpline\"", with: "\"wave\\u0007\"", "layer 1: there is no basis of kind \"wave\\u{7}\"")
    try expectBadModel(replacing: "[\"a\",\"b\"]", with: "[\"a\"]", "1 names of inputs, not 2")
    try expectBadModel(
      replacing: "[\"a\",\"b\"]", with: "[\"a\",\"a\"]", "two inputs have the name \"a\"")
  }

  @Test func modelAndDataDoNotMatch() throws {
    try folder.writeModel()
    try folder.write("a,c,y\n1,2,3\n", to: "t.csv")
    for command in ["evaluate", "predict"] {
      try folder.kan(command, "m.safetensors", "t.csv")
        .failed(65, "t.csv: there is no column \"b\", which the model needs")
      try folder.kan(command, "none.safetensors", "t.csv").failed(66, "none.safetensors: no such file")
      try folder.kan(command, "m.safetensors", "none.csv").failed(66, "none.csv: no such file")
    }
    try folder.write(encodeNPY(shape: [4, 1], [1, 2, 3, 4] as [Double]), to: "x.npy")
    try folder.kan("predict", "m.safetensors", "x.npy").failed(65, "x.npy: 1 column, but the model has 2 inputs")
    try folder.write("a,b\n1,2\n", to: "f.csv")
    try folder.kan("evaluate", "m.safetensors", "f.csv")
      .failed(65, "f.csv: there is no column \"y\", which the target needs")
  }
}
