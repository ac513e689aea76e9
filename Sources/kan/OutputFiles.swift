import ArgumentParser
import KANFiles

/// Rejects outputs that are inputs, or the same file twice, whichever links lead to them.
///
/// - Parameter inputs: files, or folders of files; names of other things are passed over.
func requireDistinct(outputs: [(option: String, path: String?)], inputs: [String?]) throws {
  let inputs = inputs.compactMap(\.self)
  var earlier: [(option: String, path: String)] = []
  for (option, path) in outputs {
    guard let path else { continue }
    if inputs.contains(path) { throw ValidationError("\(option) would overwrite \(path), which is an input") }
    let own = FileIdentity(path)
    if let own, let input = inputs.first(where: { FileIdentity.all(in: $0).contains(own) }) {
      let what = FileIdentity(input) == own ? "is" : "is a file of"
      throw ValidationError("\(option) \(path) \(what) \(input), which is an input")
    }
    if let other = earlier.first(where: { $0.path == path || own != nil && FileIdentity($0.path) == own }) {
      throw ValidationError("\(other.option) and \(option) name the same file")
    }
    earlier.append((option, path))
  }
}
