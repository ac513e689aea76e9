import CKANKernels
import Foundation
import KANLinearAlgebra
import Testing

/// What control groups grant, read from a folder in the place of the system's.
@Suite struct ControlGroupTests {
  /// What is read of a folder with these files.
  private func reading<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try body(root.path)
  }

  private func cores(_ files: [String: String]) throws -> Int64 {
    try reading(files) { root in
      #expect(MachineLimits(root: root).cores <= MachineLimits(root: "/nowhere").cores)
      return kan_group_cores(root)
    }
  }

  @Test(arguments: [
    ("max 100000\n", Int64.max), ("200000 100000\n", 2), ("250000 100000\n", 2), ("50000 100000\n", 1),
    ("1200000 50000", 24), ("", .max), ("-1 100000", .max), ("rubbish", .max), ("100000 0", .max),
  ])
  func version2(text: String, expected: Int64) throws {
    #expect(try cores(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": text]) == expected)
  }

  /// A group has no more than any group above it.
  @Test func groupsWithinGroups() throws {
    var files = [
      "proc/self/cgroup": "0::/pod/worker\n", "sys/fs/cgroup/pod/worker/cpu.max": "400000 100000\n",
      "sys/fs/cgroup/pod/cpu.max": "300000 100000\n", "sys/fs/cgroup/other/cpu.max": "100000 100000\n",
    ]
    #expect(try cores(files) == 3)
    files["sys/fs/cgroup/pod/cpu.max"] = "max 100000\n"
    #expect(try cores(files) == 4)
    // In a container, the path may be the host's.
    files["proc/self/cgroup"] = "0::/host/a/b\n"
    files["sys/fs/cgroup/cpu.max"] = "200000 100000\n"
    #expect(try cores(files) == 2)
  }

  @Test(arguments: [("150000\n", Int64(1)), ("300000\n", 3), ("-1\n", .max)])
  func version1(quota: String, expected: Int64) throws {
    let files = [
      "proc/self/cgroup": "3:cpuset:/\n2:cpu,cpuacct:/group\n1:name=systemd:/\n0::/\n",
      "sys/fs/cgroup/cpu,cpuacct/group/cpu.cfs_quota_us": quota,
      "sys/fs/cgroup/cpu,cpuacct/group/cpu.cfs_period_us": "100000\n",
    ]
    #expect(try cores(files) == expected)
  }

  @Test func noGroups() throws {
    #expect(try cores([:]) == .max)
    #expect(try cores(["proc/self/cgroup": "rubbish\n\n:\n"]) == .max)
    #expect(MachineLimits(root: "/nowhere").cores >= 1)
  }

  @Test func aQuotaBelowTheAffinity() throws {
    let files = ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"]
    #expect(try reading(files) { MachineLimits(root: $0).cores } == 1)
  }

  @Test(arguments: [
    ("max\n", Int64.max), ("1073741824\n", 1 << 30), ("0\n", 0), ("rubbish", .max), ("-1\n", .max),
  ])
  func memoryOfVersion2(text: String, expected: Int64) throws {
    var files = ["proc/self/cgroup": "0::/pod/worker\n", "sys/fs/cgroup/pod/memory.max": text]
    #expect(try reading(files) { kan_group_memory($0) } == expected)
    files["sys/fs/cgroup/pod/worker/memory.high"] = "4096\n"
    #expect(try reading(files) { kan_group_memory($0) } == min(4096, expected))
  }

  /// Without a limit, version 1 writes the largest number of whole pages.
  @Test(arguments: [("9223372036854771712\n", Int64.max), ("2147483648\n", 2 << 30)])
  func memoryOfVersion1(text: String, expected: Int64) throws {
    let files = [
      "proc/self/cgroup": "4:memory:/group\n2:cpu,cpuacct:/\n",
      "sys/fs/cgroup/memory/group/memory.limit_in_bytes": text,
    ]
    #expect(try reading(files) { kan_group_memory($0) } == expected)
    let here = MachineLimits(root: "/nowhere").memory
    #expect(try reading(files) { MachineLimits(root: $0).memory } == min(here, Int(expected)))
  }

  @Test(arguments: [("1", 1), ("1,8", 1), (" 1 ", 1), ("100000", nil), ("0", nil), ("-3", nil), ("", nil), ("x", nil)])
  func openMP(variable: String, threads: Int?) {
    let limits = MachineLimits(root: "/nowhere", openMP: variable)
    #expect(limits.threads == threads ?? limits.cores)
  }
}
