/// The objectives that a model file and `kan train --loss` may name. A new one in this module adds its type here.
package let knownObjectives: [any Objective.Type] = [
  MeanSquaredError.self, SoftmaxCrossEntropy.self, HuberLoss.self, AbsoluteError.self, QuantileLoss.self,
  PoissonDeviance.self, LogisticLoss.self,
]

/// Makes an objective from its description, by the type whose `name` it has.
package func makeObjective(
  _ description: ObjectiveDescription, from types: [any Objective.Type] = knownObjectives
) throws(ObjectiveError) -> any Objective {
  guard let type = types.first(where: { $0.name == description.name }) else {
    throw ObjectiveError("there is no objective of the name \"\(description.name)\"")
  }
  return try type.init(description)
}
