#if MPI
  private import CKANMPI
  import Foundation
  public import KAN
  import Synchronization

  /// The ranks of a program that an MPI launcher has started, such as `mpiexec -n 4`.
  ///
  /// There is one for a process. All its methods are for one thread at a time.
  public final class MPICommunicator: Communicator {
    public let rank: Int
    public let ranks: Int
    private let sent = Mutex(Traffic())

    /// Whether a launcher of MPI has started this process, by the variables that launchers set: of PMI and PMIx, which
    /// MPICH, Open MPI and Slurm use. Without one, MPI would make a world of a single rank, which takes a while.
    public static var isLaunched: Bool {
      let variables = ProcessInfo.processInfo.environment
      return ["PMI_RANK", "PMI_FD", "PMIX_RANK", "OMPI_COMM_WORLD_RANK"].contains { variables[$0] != nil }
    }

    /// Starts MPI.
    ///
    /// - Throws: ``MPIError`` if it does not start, or has been started before.
    public init() throws(MPIError) {
      if kan_mpi_is_running() != 0 { throw MPIError("MPI has been started already") }
      let code = kan_mpi_start()
      if code != 0 { throw MPIError("MPI did not start: error \(code)") }
      rank = Int(kan_mpi_rank())
      ranks = Int(kan_mpi_ranks())
    }

    public var traffic: Traffic { sent.withLock { $0 } }

    /// The MPI library and its version, which have to be the same on all ranks.
    public var library: String { text { kan_mpi_library($0) } }

    public func exchange(
      with partner: Int, sending: UnsafeRawBufferPointer, receiving: UnsafeMutableRawBufferPointer
    ) {
      let code = kan_mpi_exchange(
        Int32(partner), sending.baseAddress, sending.count, receiving.baseAddress, receiving.count)
      if code != 0 {
        abort("rank \(rank) has lost rank \(partner): \(text { kan_mpi_error_text(code, $0) })", code: 70)
      }
      if !sending.isEmpty {
        sent.withLock {
          $0.messages += 1
          $0.bytes += sending.count
        }
      }
    }

    public func abort(_ message: String, code: Int32) -> Never {
      // If standard error cannot be written to, there is nowhere to report it.
      try? FileHandle.standardError.write(contentsOf: Data("error: \(message)\n".utf8))
      end(code: code)
    }

    /// Ends all ranks, without a message. The launcher ends with the code.
    public func end(code: Int32) -> Never {
      // A launcher that ends all at once may not have passed on yet what this rank has written.
      Thread.sleep(forTimeInterval: 0.3)
      kan_mpi_abort(code)
      exit(code)
    }

    /// Ends MPI, once all ranks have called it.
    public func finish() { kan_mpi_finish() }

    private func text(_ write: (UnsafeMutablePointer<CChar>) -> Void) -> String {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        buffer.initialize(repeating: 0)
        write(buffer.baseAddress!)
        return String(cString: buffer.baseAddress!)
      }
    }
  }

  /// Why MPI does not work.
  public struct MPIError: Error, Sendable, CustomStringConvertible {
    /// The reason.
    public let description: String

    init(_ description: String) { self.description = description }
  }
#endif
