import Foundation
import KAN
import KANFiles

#if MPI
  import KANMPI
#endif

/// The processes that an MPI launcher has started together, such as `mpiexec -n 4 kan train …`: in a build with the
/// package trait MPI. Else, and without a launcher, there is one.
enum Ranks {
  #if MPI
    private static let launched: MPICommunicator? = {
      guard MPICommunicator.isLaunched else { return nil }
      do {
        return try MPICommunicator()
      } catch {
        Console.fail("\(error)", code: 70)
      }
    }()
    static var communicator: any Communicator { launched ?? OneProcess() }
    /// Whether rows are shared among ranks, of one rank too.
    static var areLaunched: Bool { launched != nil }
    private static var library: String { launched?.library ?? "" }
  #else
    static let communicator: any Communicator = OneProcess()
    static let areLaunched = false
    private static let library = ""
  #endif

  /// Whether this process prints and writes files.
  static var isFirst: Bool { communicator.rank == 0 }

  /// Ends MPI after a success. A rank that fails ends all others.
  static func finish() {
    #if MPI
      launched?.finish()
    #endif
  }

  /// Ends all ranks for a reason that this one has. Mostly all have the same, so that rank 0 is given a second to say it.
  static func fail(_ write: (_ prefix: String) -> Void, code: Int32) {
    guard communicator.ranks > 1 else { return write("") }
    if !isFirst { Thread.sleep(forTimeInterval: 1) }
    write(isFirst ? "" : "rank \(communicator.rank): ")
    #if MPI
      launched?.end(code: code)
    #endif
  }

  /// Compares what has to be the same on all ranks, each by its name.
  ///
  /// - Throws: `ToolError` that names the first rank which differs, and in what.
  static func requireSame(_ properties: [(name: String, value: String)]) throws {
    if communicator.ranks == 1 { return }
    let separator = "\u{1F}"
    let all = communicator.gather(Array(properties.map(\.value).joined(separator: separator).utf8)).map {
      String(decoding: $0, as: UTF8.self).components(separatedBy: separator)
    }
    for (rank, own) in all.enumerated() {
      for (place, property) in properties.enumerated() {
        let (first, value) = (all[0][place], place < own.count ? own[place] : "nothing")
        if value == first { continue }
        throw ToolError.usage(
          "rank \(rank) differs from rank 0 in \(property.name): \(printable(value)), not \(printable(first))")
      }
    }
  }

  /// Compares programs, processors and options, before anything is read.
  static func requireSameProgram() throws {
    if !areLaunched { return }
    try requireSame([
      ("the version", KANTool.configuration.version), ("the size of a word", "\(Int.bitWidth) bits"),
      ("the order of bytes", 1.littleEndian == 1 ? "little-endian" : "big-endian"),
      // Sums have other bits with other instructions.
      ("the processor's instruction set (KAN_INSTRUCTION_SET names one for all)", Kernels.instructionSet),
      ("the processor whose kernels OpenBLAS chooses (OPENBLAS_CORETYPE names one for all)", BLAS.core),
      ("the MPI library", library), ("the options", CommandLine.arguments.dropFirst().joined(separator: " ")),
    ])
  }

  /// A number that differs for other parameters: FNV-1a of their bytes.
  static func digest<Element: Scalar>(_ parameters: AlignedArray<Element>) -> UInt64 {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    parameters.withUnsafeBufferPointer { parameters in
      for byte in UnsafeRawBufferPointer(parameters) { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    return digest
  }

  /// The rows that this rank keeps.
  static func share<Element: Scalar>(_ data: Dataset<Element>) -> DistributedRows<Element> {
    let own = DistributedRows<Element>.range(of: data.rows, communicator)
    return DistributedRows(data.selecting(rows: own), of: data.rows, over: communicator)
  }
}
