/// The direction in which predictions follow an input, whatever the other inputs are.
public enum Monotonicity: String, Sendable, Codable, CaseIterable {
  /// They never fall as the input rises.
  case rising = "+"
  /// They never rise as the input rises.
  case falling = "-"
}

/// The condition on an edge's coefficients that makes its curve rise everywhere.
public enum RisingCurves: Sendable, Equatable {
  /// None that is known.
  case unknown
  /// The coefficients of the functions with bounded support do not fall, and that of a base function, if there is one,
  /// is not negative if the base function rises, and else 0.
  case orderedCoefficients(risingBase: Bool)
  /// No coefficient is negative.
  case positiveCoefficients
}

extension Network {
  /// Checks that predictions can be made monotone in some inputs by conditions on coefficients.
  ///
  /// A curve whose condition (``RisingCurves``) holds rises everywhere, beyond its grid too. Sums of rising functions
  /// rise, and so do rising functions of them. So predictions follow input i if its edges in the first layer all have the
  /// direction asked for, and all edges of later layers and all node functions rise. Other inputs stay free in the first
  /// layer.
  ///
  /// - Throws: ``TrainingError/monotone(_:)``, which names what cannot.
  func checkMonotone(_ inputs: [Int: Monotonicity], task: LearningTask) throws(TrainingError) {
    if inputs.isEmpty { return }
    require(
      inputs.keys.allSatisfy { (0..<self.inputs).contains($0) },
      "Network: monotone inputs \(inputs.keys.sorted()) of \(self.inputs), which count from 0")
    if task == .classification {
      throw .monotone("the probabilities of several classes do not follow an input as their logits do")
    }
    for (index, layer) in layers.enumerated() {
      if layer.basis.risingCurves == .unknown {
        throw .monotone(
          "layer \(index + 1): no condition on the coefficients of \(type(of: layer.basis).kind) makes its curves rise")
      }
      for input in inputs.keys.sorted()
      where index == 0 && layer.basis.risingCurves != .positiveCoefficients
        && layer.basis.orderedFunctions(ofInput: input) == 0
      {
        throw .monotone("input \(input + 1)\(quoted(input)) has categories, which have no order")
      }
      if !layer.node.isRising {
        throw .monotone("layer \(index + 1): \(layer.nodeText) does not rise with its sums")
      }
    }
  }

  private func quoted(_ input: Int) -> String { names.inputs.isEmpty ? "" : ", \"\(names.inputs[input])\"," }

  /// Holds the network to directions, from now on: parameters move to the nearest that comply, and so does each later
  /// training that can.
  mutating func setMonotone(_ inputs: [Int: Monotonicity], task: LearningTask) throws(TrainingError) {
    try checkMonotone(inputs, task: task)
    if inputs != monotone {
      monotone = inputs
      turnBaseFunctions()
    }
    projectOnMonotone()
  }

  /// Moves the coefficients to the nearest that comply with ``monotone``.
  mutating func projectOnMonotone(pool: ThreadPool = .shared) {
    guard let projection = MonotoneProjection(self, workers: pool.threads) else { return }
    projection.project(parameters.mutablePointer(), pool: pool)
  }

  /// Turns lines and base functions in the right direction, and replaces base functions that cannot rise by lines. An
  /// initial network has hardly any other curves, and would begin with constants.
  private mutating func turnBaseFunctions() {
    let to = parameters.mutablePointer()
    for (index, layer) in layers.enumerated() {
      let curves = layer.basis.risingCurves
      for input in 0..<layer.inputs {
        guard let sign = monotoneSign(ofLayer: index, input: input) else { continue }
        let edge = to + parameterOffset(ofLayer: index) + input * layer.functions * layer.sums
        let first = curves == .positiveCoefficients ? 0 : layer.functions - layer.basis.baseFunctions
        for place in first * layer.sums..<layer.functions * layer.sums {
          let slope = Element(sign) * abs(edge[place])
          edge[place] = curves == .orderedCoefficients(risingBase: false) ? 0 : slope
          guard edge[place] == 0, let basis = layer.griddedBasis else { continue }
          for k in 0..<basis.boundedFunctions {
            edge[k * layer.sums + place % layer.sums] += slope * basis.center(ofFunction: k, input: input)
          }
        }
      }
    }
  }

  /// 1 or -1 for the edges from an input of a layer that have to rise or fall, nil for free ones.
  func monotoneSign(ofLayer index: Int, input: Int) -> Int? {
    if monotone.isEmpty { return nil }
    return index > 0 ? 1 : monotone[input].map { $0 == .rising ? 1 : -1 }
  }
}
