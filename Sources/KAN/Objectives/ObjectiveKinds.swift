/// The registry of this module's objectives, read by model files and `kan train --loss`. A new objective adds its type
/// here.
package let knownObjectives: [any Objective.Type] = [
  MeanSquaredError.self, SoftmaxCrossEntropy.self, HuberLoss.self, AbsoluteError.self, QuantileLoss.self,
  PoissonDeviance.self, LogisticLoss.self,
]

/// Makes an objective from its description with the type of that `name`.
package func makeObjective(
  _ description: ObjectiveDescription, from types: [any Objective.Type] = knownObjectives
) throws(ObjectiveError) -> any Objective {
  guard let type = types.first(where: { $0.name == description.name }) else {
    throw ObjectiveError("there is no objective of the name \"\(description.name)\"")
  }
  return try type.init(description)
}
