import KAN

// Training on several ranks: `mpiexec -n 4 kan train …` in a build with the package trait MPI.

extension TrainCommand {
  /// The file for the model, on the rank that writes it.
  var savePath: String? { Ranks.isFirst ? save : nil }

  /// Refuses what ranks cannot share, before anything is read.
  func checkRanks(_ effort: Effort?) throws {
    if !Ranks.areLaunched { return }
    try Ranks.requireSameProgram()
    if effort != nil {
      throw ToolError.usage(
        "several ranks train a network that is described, by --hidden, --optimizer or --epochs for example, and not one "
          + "that is chosen")
    }
    if (ensemble ?? 1) > 1 { throw ToolError.usage("--ensemble is for one process, and this is one of several ranks") }
    if report != nil { throw ToolError.usage("--report is for one process: kan report makes it of the saved model") }
    if keepLearned && optimizer == .lm { throw ToolError.usage("--keep-learned is not for lm") }
  }

  /// Keeps this rank's rows, after the network has been made for all.
  func share<Element: Scalar>(_ parts: Parts<Element>) throws -> Parts<Element> {
    let (training, test) = (parts.training, parts.test)
    try Ranks.requireSame([
      ("the rows of training", "\(training.rows)"), ("the rows of the test", "\(test.rows)"),
      ("the columns", (training.names.inputs + ["→"] + training.names.targets).joined(separator: ", ")),
      ("the number of columns", "\(training.inputs.columns) and \(training.targets.outputs)"),
      ("the classes", training.names.classes.joined(separator: ", ")),
    ])
    let network = try makeNetwork(for: training, parts.encoding)
    try Ranks.requireSame([("the model to go on with", "\(Ranks.digest(network.parameters))")])
    let shared = Shared(
      training: Ranks.share(training), validation: parts.validation.map(Ranks.share), test: Ranks.share(test),
      network: network)
    var result = parts
    result.training = ownRows(shared.training, training)
    result.validation = shared.validation.map { ownRows($0, training) }
    result.test = ownRows(shared.test, training)
    result.shared = shared
    if Ranks.communicator.activeRanks < Ranks.communicator.ranks {
      Console.note(
        "\(Ranks.communicator.ranks) ranks, of which \(Ranks.communicator.activeRanks) have rows: a power of two shares them "
          + "best")
    }
    return result
  }

  private func ownRows<Element: Scalar>(_ shared: DistributedRows<Element>, _ other: Dataset<Element>) -> Dataset<
    Element
  > {
    // `Ranks.share` has made it of rows in memory.
    shared.local as? Dataset<Element> ?? other.selecting(rows: [])
  }
}
