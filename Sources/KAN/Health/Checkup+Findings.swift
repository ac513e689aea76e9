extension Network {
  /// What of a checkup is to be told, the most severe first.
  func findings(of checkup: Checkup) -> [Checkup.Finding] {
    var findings = FindingList(rows: checkup.rows)
    if let place = checkup.nonFinite {
      findings.add(
        .problem, .nonFinite,
        "\(place.sentenceStart) is not finite: predictions are no numbers. Train again with a smaller learning rate, or "
          + "--on-divergence recover")
    }
    findings.addColumns(checkup.columns, trainingShares: trainingSharesOutside)
    if let loss = checkup.loss { findings.add(loss) }
    for layer in checkup.layers {
      let name = layer.conditionInput.map { input in
        layer.layer == 1 ? "\"\(inputName(input - 1))\"" : "\(input)"
      }
      findings.add(layer, trainingShare: trainingShareOutside(ofLayer: layer.layer - 1), conditionInput: name)
    }
    if let count = record?.recoveries?.count, count > 0 {
      findings.add(
        .note, .training,
        "The training diverged \(count == 1 ? "once" : "\(count) times") and went on at a smaller rate")
    }
    if !checkup.hasTrainingData {
      findings.add(
        .note, .missing,
        "The model does not know how the columns of its training were distributed, so drift cannot be seen: it is of an "
          + "older release, or was saved before its training ended")
    }
    if checkup.rows < CheckupLimits.fewRows {
      findings.add(
        .note, .missing,
        "\(counted(checkup.rows, "row")) \(checkup.rows == 1 ? "is" : "are") too few to tell about drift, edges and "
          + "functions: \(CheckupLimits.fewRows) and more are needed")
    }
    return findings.sorted
  }

  /// The share of the training's rows below and above each input's functions; empty if the record does not have it.
  private var trainingSharesOutside: [Double] {
    guard let counts = record?.outside?.first ?? nil, counts.rows > 0, counts.below.count == inputs else { return [] }
    return zip(counts.below, counts.above).map { Double($0 + $1) / Double(counts.rows) }
  }
}

extension Network {
  /// The share of what a layer saw in the training that was outside its grid.
  fileprivate func trainingShareOutside(ofLayer layer: Int) -> Double? {
    guard let counts = record?.outside, counts.indices.contains(layer), let own = counts[layer], own.rows > 0 else {
      return nil
    }
    return Double(own.total) / Double(own.rows * layers[layer].inputs)
  }
}

/// Findings as they are put into words.
private struct FindingList {
  let rows: Int
  private var all: [Checkup.Finding] = []

  init(rows: Int) { self.rows = rows }

  /// The most severe first, otherwise in the order in which they came.
  var sorted: [Checkup.Finding] {
    [.problem, .attention, .note].flatMap { severity in all.filter { $0.severity == severity } }
  }

  mutating func add(_ severity: Checkup.Severity, _ kind: Checkup.Kind, _ text: String) {
    all.append(.init(severity: severity, kind: kind, text: text + "."))
  }

  private func share(_ count: Int) -> Double { Double(count) / Double(max(1, rows)) }

  // Columns

  mutating func addColumns(_ columns: [ColumnHealth], trainingShares: [Double]) {
    let known = trainingShares.isEmpty ? columns.map { _ in 0 } : trainingShares
    addShares(
      columns, .outside, of: { $0.below + $0.above },
      // What was so in the training was learned.
      isSevere: { share, column in share > max(CheckupLimits.share, 2 * known[column]) },
      "outside what the first layer's functions cover",
      "Predictions there continue curves and are not learned: train with such rows, or leave them out")
    addShares(
      columns, .empty, of: { $0.hasLearnedGaps ? 0 : $0.empty },
      isSevere: { share, _ in share > CheckupLimits.share }, "empty",
      "The training had no empty cells there, and a usual value stands for them: fill them, or train with such rows")
    addShares(
      columns, .empty, of: { $0.hasLearnedGaps ? $0.empty : 0 }, isSevere: { _, _ in false }, "empty",
      "The training had such cells too")
    addShares(
      columns, .unknown, of: \.unknown, isSevere: { share, _ in share > CheckupLimits.share }, "of an unknown category",
      "The training hardly has these texts or not at all: check how they are written, or train with such rows")
    addDrift(columns)
  }

  /// One finding for all columns of which some rows are something.
  private mutating func addShares(
    _ columns: [ColumnHealth], _ kind: Checkup.Kind, of count: (ColumnHealth) -> Int,
    isSevere: (Double, Int) -> Bool, _ what: String, _ advice: String
  ) {
    let counts = columns.map(count)
    let found = counts.indices.filter { share(counts[$0]) > CheckupLimits.someShare }
      .sorted { (counts[$1], $0) < (counts[$0], $1) }
    guard let first = found.first else { return }
    let severe = found.contains { isSevere(share(counts[$0]), $0) }
    let most = "\(counts[first]) of \(counted(rows, "row")) (\(percent(share(counts[first]))))"
    let names = Warnings.columns(found, columns.map(\.name)).sentenceStart
    let (verb, amount) = found.count == 1 ? ("is", "in") : ("are", "in up to")
    add(severe ? .attention : .note, kind, "\(names) \(verb) \(what) \(amount) \(most). \(advice)")
  }

  private mutating func addDrift(_ columns: [ColumnHealth]) {
    if rows < CheckupLimits.fewRows { return }
    let drifted = columns.indices.filter { place in
      guard let drift = columns[place].drift else { return false }
      return drift.isSignificant && drift.index > CheckupLimits.someDrift
    }.sorted { (columns[$1].drift!.index, $0) < (columns[$0].drift!.index, $1) }
    for severe in [true, false] {
      let own = drifted.filter { (columns[$0].drift!.index > CheckupLimits.drift) == severe }
      guard let first = own.first else { continue }
      let index = columns[first].drift!.index.text(digits: 2)
      let names = Warnings.columns(own, columns.map(\.name)).sentenceStart
      let verb = own.count == 1 ? "is" : "are"
      let text =
        "\(names) \(verb) distributed \(severe ? "otherwise" : "somewhat otherwise") than in the training (population "
        + "stability index \(own.count == 1 ? "" : "up to ")\(index))"
      let advice = ". Check where the rows come from, and train again with recent ones if they are right"
      add(severe ? .attention : .note, .drift, text + (severe ? advice : ""))
    }
  }

  // Layers

  /// - Parameter trainingShare: of what the layer saw in the training, outside its grid; nil if the record does not say.
  mutating func add(_ layer: LayerHealth, trainingShare: Double?, conditionInput: String?) {
    let name = "Layer \(layer.layer)"
    if let outside = layer.outside, layer.layer > 1, layer.values > 0 {
      let share = Double(outside) / Double(layer.values)
      // What was so in the training was learned.
      let isSevere = share > max(CheckupLimits.share, 2 * (trainingShare ?? 0)) && trainingShare != nil
      if share > CheckupLimits.someShare {
        let before = trainingShare.map { ", and \(percent($0)) in the training" } ?? ""
        add(
          isSevere ? .attention : .note, .outside,
          "\(name): \(percent(share)) of what it sees lies outside its grid\(before). "
            + (isSevere
              ? "Curves there are continued and not learned: train with rows like these"
              : "Training on finer grids (--extend) moves grids to what layers see"))
      }
    }
    if rows < CheckupLimits.fewRows { return }
    let dead = layer.deadNodes.count
    if dead > 0 {
      let few = layer.deadNodes.prefix(3).map(String.init).joined(separator: ", ")
      // Not severe however many: a mixture keeps members that it has given next to no weight.
      add(
        .note, .dead,
        "\(name): \(dead) of \(counted(layer.nodes, "node")) (\(few)\(dead > 3 ? ", …" : "")) "
          + "\(dead == 1 ? "has" : "have") no effect on these predictions. kan prune removes what has none")
    }
    if layer.edges > 0, layer.deadEdges == layer.edges {
      add(
        .attention, .dead,
        "\(name): no curve varies on these rows, so that all predictions are the same. Check the data, or train again")
    } else if layer.deadEdges > 0 {
      add(
        .note, .dead,
        "\(name): \(layer.deadEdges) of \(counted(layer.edges, "edge")) \(layer.deadEdges == 1 ? "does" : "do") not vary "
          + "on these rows. kan prune removes them")
    }
    if 2 * layer.unusedFunctions > layer.functions {
      add(
        .note, .unused,
        "\(name): \(layer.unusedFunctions) of \(counted(layer.functions, "function")) \(layer.unusedFunctions == 1 ? "is" : "are") "
          + "0 on all of these rows, which say nothing about \(layer.unusedFunctions == 1 ? "it" : "them")")
    }
    if let condition = layer.condition, condition > CheckupLimits.condition {
      let number =
        condition < 1 / Double.ulpOfOne ? "a condition number of \(condition.text(digits: 2))" : "dependent functions"
      add(
        .note, .condition,
        "\(name): input \(conditionInput ?? "") has \(number) on these rows, which do not determine its coefficients. Refit "
          + "it with more rows or a smaller grid")
    }
  }

  // Loss

  mutating func add(_ loss: LossHealth) {
    if let r2 = loss.r2, r2 < 0 {
      add(
        .attention, .loss,
        "Predictions are worse here than the targets' mean would be (r² \(r2.text(digits: 2))). Check that the targets are "
          + "those of the training, in its units")
    }
    guard let training = loss.training, training > 0, loss.here.isFinite else { return }
    let surely = loss.here - CheckupLimits.standardErrors * loss.standardError
    guard surely > CheckupLimits.lossFactor * training else { return }
    let isHarmless = loss.r2.map { $0 > CheckupLimits.goodFit } ?? false
    add(
      isHarmless ? .note : .attention, .loss,
      "The loss here is \(loss.here.text(digits: 3)) and was \(training.text(digits: 3)) at the end of training. Either "
        + "these rows are of another kind, or the network knows its training rows by heart")
  }
}

private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

private func percent(_ share: Double) -> String { "\((100 * share).text(digits: 2)) %" }

extension String {
  /// With a capital letter.
  fileprivate var sentenceStart: String { prefix(1).uppercased() + dropFirst() }
}
