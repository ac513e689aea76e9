import CKANKernels
import Foundation
import KANLinearAlgebra
import Testing

/// The processors that control groups grant, read from a folder in the place of the system's.
@Suite struct ProcessorQuotaTests {
  /// What `kan_quota_cores` says of these files.
  private func cores(_ files: [String: String]) throws -> Int64 {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    #expect(ThreadPool.availableCores(root: root.path) <= ThreadPool.availableCores(root: "/nowhere"))
    return kan_quota_cores(root.path)
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
    #expect(ThreadPool.availableCores(root: "/nowhere") >= 1)
  }

  /// A pool that is made without a number has as many threads as the groups grant.
  @Test func aQuotaBelowTheAffinity() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in [("proc/self", "cgroup"), ("sys/fs/cgroup", "cpu.max")] {
      let folder = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data((text == "cgroup" ? "0::/\n" : "50000 100000\n").utf8).write(to: folder.appendingPathComponent(text))
    }
    #expect(ThreadPool.availableCores(root: root.path) == 1)
  }
}
