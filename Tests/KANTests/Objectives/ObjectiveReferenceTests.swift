import Testing

@testable import KAN

/// Losses, gradients and curvatures against scipy and mpmath.
@Suite struct ObjectiveReferenceTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let objective: ObjectiveDescription
    let outputs, targets, gradient, second: [[Double]]
    let weights: [Double]?
    let rowLosses: [Double]
    let loss: Double
    var testDescription: String { "\(objective), \(outputs.count) rows\(weights == nil ? "" : " with weights")" }
  }

  @Test(arguments: try reference("objectives", as: [Case].self))
  func equalsScipy(example: Case) throws {
    let objective = try makeObjective(example.objective)
    #expect(ObjectiveDescription(objective) == example.objective)
    check(objective, Double.self, example)
    check(objective, Float.self, example)
  }

  /// As near as some units in the last place of outputs and targets allow.
  private func check<Element: Scalar>(_ objective: some Objective, _: Element.Type, _ example: Case) {
    let outputs = Matrix(example.outputs.map { $0.map { Element($0) } })
    let targets = Matrix(example.targets.map { $0.map { Element($0) } })
    let weights = (example.weights ?? example.outputs.map { _ in 1 }).map { Element($0) }
    var gradient = Matrix<Element>(rows: outputs.rows, columns: outputs.columns)
    var losses = [Double](repeating: .nan, count: outputs.rows)
    let to = gradient.mutableView()
    let (loss, alone) = weights.withUnsafeBufferPointer { weights in
      let tile = ObjectiveTile(
        outputs: outputs.view, targets: .values(targets.view),
        weights: example.weights == nil ? nil : weights.baseAddress!)
      losses.withUnsafeMutableBufferPointer { objective.writeRowLosses(of: tile, to: $0.baseAddress!) }
      return (objective.loss(of: tile, gradient: to), objective.loss(of: tile, gradient: nil))
    }
    #expect(alone == loss)
    let (count, ulp) = (Double(outputs.columns), 8 * Double(Element.ulpOfOne))
    var slack = 0.0
    for row in losses.indices {
      var rowSlack = example.rowLosses[row]
      for column in 0..<outputs.columns {
        let size = abs(example.outputs[row][column]) + abs(example.targets[row][column])
        let (slope, second) = (example.gradient[row][column], example.second[row][column])
        let share = Double(weights[row]) / (Double(outputs.rows) * count)
        if share > 0 { rowSlack += abs(slope / share) * size / count }
        let error = abs(Double(gradient[row, column]) - slope)
        #expect(error <= ulp * (abs(slope) + share * max(2, second) * size), "row \(row), column \(column)")
      }
      let isKnown = weights[row] > 0
      #expect(!isKnown || abs(losses[row] - example.rowLosses[row]) <= ulp * rowSlack, "row \(row)")
      slack += Double(weights[row]) * rowSlack / Double(outputs.rows)
    }
    #expect(abs(loss - example.loss) <= ulp * slack)
  }

  /// Of losses that are smooth: those of others are of parabolas that touch them.
  @Test(arguments: try reference("objectives", as: [Case].self))
  func curvatures(example: Case) throws {
    guard let objective = try makeObjective(example.objective) as? any PointwiseObjective else { return }
    let isSmooth = ["mse", "poisson", "logistic"].contains(example.objective.name)
    for (row, outputs) in example.outputs.enumerated() {
      for (column, output) in outputs.enumerated() {
        let target = example.targets[row][column]
        let point = objective.point(output: output, target: target)
        if isSmooth {
          let second = example.second[row][column]
          #expect(abs(point.curvature - second) <= 1e-14 * second, "\(output)")
          continue
        }
        // The parabola is nowhere below the loss.
        for step in [-3, -1, -0.1, 0.01, 0.5, 2] {
          let parabola = point.value + step * point.slope + step * step / 2 * point.curvature
          let loss = objective.point(output: output + step, target: target).value
          #expect(parabola >= loss - 1e-14)
        }
      }
    }
  }

  /// Losses of tiles add up to that of the batch, and a row of weight n is one that is there n times.
  @Test(arguments: try reference("objectives", as: [Case].self).filter { $0.weights == nil })
  func tilesAndWeights(example: Case) throws {
    let objective = try makeObjective(example.objective)
    let outputs = Matrix(example.outputs)
    let targets = Matrix(example.targets)
    let whole = ObjectiveTile(outputs: outputs.view, targets: .values(targets.view))
    let middle = outputs.rows / 3
    let parts = [whole.slice(0, rows: middle), whole.slice(middle, rows: outputs.rows - middle)]
    let loss = objective.loss(of: whole, gradient: nil)
    #expect(abs(parts.reduce(0) { $0 + objective.loss(of: $1, gradient: nil) } - loss) <= 1e-14 * loss)

    let counts = (0..<outputs.rows).map { $0 % 3 }
    let total = counts.reduce(0, +)
    let repeated = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    let (y, t) = (outputs.selecting(rows: repeated), targets.selecting(rows: repeated))
    let there = objective.loss(of: ObjectiveTile(outputs: y.view, targets: .values(t.view)), gradient: nil)
    let weights = counts.map { Double($0) * Double(outputs.rows) / Double(total) }
    let here = weights.withUnsafeBufferPointer {
      objective.loss(
        of: ObjectiveTile(outputs: outputs.view, targets: .values(targets.view), weights: $0.baseAddress!),
        gradient: nil)
    }
    #expect(abs(here - there) <= 1e-13 * there)
  }

  @Test(arguments: [
    (ObjectiveDescription(name: "hinge"), "there is no objective of the name \"hinge\""),
    (ObjectiveDescription(name: "quantile"), "quantile: setting \"quantile\" has to be between 0 and 1"),
    (
      ObjectiveDescription(name: "quantile", settings: ["quantile": 1]),
      "quantile: setting \"quantile\" has to be between 0 and 1"
    ),
    (
      ObjectiveDescription(name: "huber", settings: ["delta": .infinity]),
      "huber: setting \"delta\" has to be a number above 0"
    ),
  ])
  func badDescriptions(description: ObjectiveDescription, message: String) {
    let error = #expect(throws: ObjectiveError.self) { try makeObjective(description) }
    #expect(error?.description == message)
  }

  @Test func namesAreUnique() {
    #expect(Set(knownObjectives.map { $0.name }).count == knownObjectives.count)
  }
}
