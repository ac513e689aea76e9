import KAN
import KANFiles
import Testing

/// Damaged files end in a documented code and a line, never in a trap.
@Suite struct DamageTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(rows: 12), to: "r.csv")
    try folder.kan("train", "r.csv", "--save", "m.safetensors", "--hidden", "2", "--epochs", "2").succeeded()
    // A checksum would refuse all of it at the door.
    var model = try SafeTensors(bytes: folder.bytes("m.safetensors"), path: "")
    model.metadata["checksum"] = nil
    try folder.write(model.encoded(), to: "m.safetensors")
  }

  private func expectOrder(_ outcome: Outcome, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect([0, 64, 65, 66, 70, 73, 74].contains(outcome.status), "\(what)", sourceLocation: sourceLocation)
    if outcome.status == 0 { return }
    let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1, "\(what)", sourceLocation: sourceLocation)
  }

  /// Some bytes changed, removed or put in, and sometimes the end cut off.
  private func damaged(_ bytes: [UInt8], below limit: Int, by generator: inout RandomGenerator) -> [UInt8] {
    func random(_ count: Int) -> Int { min(count - 1, Int(generator.uniform() * Double(count))) }
    var bytes = bytes
    let favourites: [UInt8] = [0, 255, 0x22, 0x2C, 0x0A, 0x0D, 0x2D, 0x2E, 0x30, 0x39, 0x5B, 0x65, 0x7B, 0x7D, 0x5C]
    for _ in 0...random(3) {
      let place = random(min(limit, bytes.count))
      switch random(5) {
      case 0: bytes[place] ^= 1 << UInt8(random(8))
      case 1: bytes[place] = favourites[random(favourites.count)]
      case 2: bytes.insert(favourites[random(favourites.count)], at: place)
      case 3: bytes.remove(at: place)
      default: bytes[place] = UInt8(random(10)) + 0x30
      }
    }
    return random(10) == 0 ? Array(bytes[..<random(bytes.count)]) : bytes
  }

  @Test(arguments: 0..<4)
  func models(part: Int) throws {
    var generator = RandomGenerator(seed: UInt64(part))
    let model = try folder.bytes("m.safetensors")
    let header = 8 + model[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var refused = 0
    for number in 0..<20 {
      // The length of a header that cannot be read hides all that comes after it.
      var damaged = damaged(Array(model[8...]), below: header - 8, by: &generator)
      let length = max(0, header + damaged.count - (model.count - 8) - 8)
      damaged = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + damaged
      try folder.write(damaged, to: "d.safetensors")
      let inspected = try folder.kan("inspect", "d.safetensors", "--json")
      expectOrder(inspected, "inspect \(part) \(number)")
      expectOrder(try folder.kan("predict", "d.safetensors", "r.csv"), "predict \(part) \(number)")
      let options = ["--hidden", "2", "--epochs", "3", "--save", "d.safetensors", "--resume"]
      expectOrder(try folder.kan(["train", "r.csv"] + options), "train \(part) \(number)")
      if inspected.status == 65 { refused += 1 }
    }
    #expect(refused > 5)
  }

  @Test func truncatedModels() throws {
    let model = try folder.bytes("m.safetensors")
    for length in stride(from: 0, to: model.count, by: 97) {
      try folder.write(Array(model[..<length]), to: "d.safetensors")
      let outcome = try folder.kan("evaluate", "d.safetensors", "r.csv")
      expectOrder(outcome, "\(length) bytes")
      #expect(outcome.status == 65, "\(length) bytes")
    }
  }

  @Test(arguments: 0..<2)
  func tables(part: Int) throws {
    var generator = RandomGenerator(seed: UInt64(10 + part))
    let table = try folder.bytes("r.csv")
    var refused = 0
    for number in 0..<40 {
      try folder.write(damaged(table, below: table.count, by: &generator), to: "d.csv")
      let trained = try folder.kan("train", "d.csv", "--epochs", "1", "--save", "t.safetensors")
      expectOrder(trained, "train \(part) \(number)")
      expectOrder(try folder.kan("evaluate", "m.safetensors", "d.csv"), "evaluate \(part) \(number)")
      if trained.status == 65 { refused += 1 }
    }
    #expect(refused > 5)
  }
}
