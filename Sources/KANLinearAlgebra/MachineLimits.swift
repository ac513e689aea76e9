private import CKANKernels
private import Glibc

/// What this process may use of its machine.
///
///     cores     those of the affinity mask, but no more than control groups grant (cpu.max, cpu.cfs_quota_us), rounded down
///     threads   as many as cores, or OMP_NUM_THREADS if that is less
///     memory    the machine's, but no more than control groups grant (memory.max, memory.high, memory.limit_in_bytes) and
///               than is left of a limit on address space (ulimit -v)
public struct MachineLimits: Sendable, Equatable {
  /// Cores, at least 1.
  public let cores: Int
  /// Threads of a pool for which no number is given, at least 1.
  public let threads: Int
  /// Bytes of memory.
  public let memory: Int
  /// What is left of a limit on address space, in bytes; nil without a limit.
  public let addressSpace: Int?

  /// The limits as they are now.
  public static var current: MachineLimits { MachineLimits(root: "") }

  /// - Parameters:
  ///   - root: the folder that has `proc` and `sys`, for tests; "" for this machine's.
  ///   - variable: the value of OMP_NUM_THREADS.
  package init(root: String, openMP variable: String? = environment("OMP_NUM_THREADS")) {
    cores = Int(min(kan_available_cores(), kan_group_cores(root)))
    // A list has the threads of nested loops, of which ours is the outermost (OpenMP 5.2, 21.1.2).
    let wanted = variable?.split(separator: ",").first.flatMap { Int($0.filter { $0 != " " }) } ?? 0
    threads = wanted > 0 ? min(wanted, cores) : cores
    let left = kan_available_address_space()
    addressSpace = left < 0 ? nil : Int(left)
    memory = Int(min(kan_physical_memory(), kan_group_memory(root), left < 0 ? .max : left))
  }
}

/// A variable of the environment; nil if it is not set.
package func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
