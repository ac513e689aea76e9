import KAN

/// `kan doctor --self-test`: a table or JSON on standard output.
///
/// - Throws: with exit code 70 if a kernel is wrong.
func testMachine(json: Bool) throws {
  let result: SelfTestResult
  do {
    // OpenBLAS would wait for ever for address space that it does not get.
    try ThreadPool.checkAddressSpace()
    result = SelfTestResult(machine: TestedMachine(), tests: try SelfTest.run())
  } catch {
    throw ToolError(message: "\(error)", code: 70)
  }
  try Console.print(json ? encodeJSON(result) : result.text)
  if let first = result.tests.first(where: { !$0.isRight }) {
    let count = result.tests.count { !$0.isRight }
    throw ToolError(
      message: "\(first.place) is wrong by \(short(first.error))"
        + (count == 1 ? "" : ", and so \(count == 2 ? "is 1 other" : "are \(count - 1) others")")
        + "; KAN_INSTRUCTION_SET=baseline chooses other kernels, OPENBLAS_CORETYPE other ones of OpenBLAS", code: 70)
  }
}

/// The output of `kan doctor --self-test --json`.
private struct SelfTestResult: Encodable {
  var passed: Bool
  var machine: TestedMachine
  var tests: [KernelCheck]

  init(machine: TestedMachine, tests: [KernelCheck]) {
    passed = tests.allSatisfy(\.isRight)
    (self.machine, self.tests) = (machine, tests)
  }

  /// Kernels by line and instruction sets by column, with what rounding explains.
  var text: String {
    var columns: [String] = []
    var names: [String] = []
    for test in tests where test.instructionSet != nil {
      if !columns.contains(test.column) { columns.append(test.column) }
      if !names.contains(test.name) { names.append(test.name) }
    }
    let kernels = names.map { name in
      [name] + columns.map { column in tests.first { $0.name == name && $0.column == column }?.cell ?? "" }
    }
    let libraries = tests.filter { $0.instructionSet == nil }.map { [$0.name, $0.precision, $0.cell] }
    let limits = [
      "kernels in use: \(machine.instructionSet), OpenBLAS: \(machine.openBLAS)",
      "\(counted(machine.cores, "core")), \(counted(machine.threads, "thread")), "
        + "\(grouped(machine.memory >> 20)) MiB of memory"
        + (machine.addressSpace.map { ", \(grouped($0 >> 20)) MiB of address space left" } ?? ""),
    ]
    let wrong = tests.count { !$0.isRight }
    let verdict =
      wrong == 0
      ? "all \(grouped(tests.count)) tests passed" : "\(grouped(wrong)) of \(grouped(tests.count)) tests failed"
    let parts = [
      table([["largest error"] + columns] + kernels), table(libraries), limits.joined(separator: "\n"), verdict,
    ]
    return parts.joined(separator: "\n\n")
  }
}

/// What this process may use of the machine, and what it uses there.
private struct TestedMachine: Encodable {
  /// What the kernels in use are built for.
  var instructionSet = Kernels.instructionSet
  /// The processor whose kernels OpenBLAS has chosen.
  var openBLAS = BLAS.core
  /// ``MachineLimits``
  var cores, threads, memory: Int
  var addressSpace: Int?

  init() {
    let limits = MachineLimits.current
    (cores, threads, memory, addressSpace) = (limits.cores, limits.threads, limits.memory, limits.addressSpace)
  }
}

extension KernelCheck {
  fileprivate var column: String { "\(instructionSet ?? "") \(precision)" }
  fileprivate var cell: String { isRight ? short(error) : "\(short(error)) WRONG" }
  fileprivate var place: String { "\(name) (\(instructionSet.map { "\($0), " } ?? "")\(precision))" }
}
