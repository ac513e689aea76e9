import KAN
import KANFiles

// Layers and training that the data choose, for a table with texts, times and gaps:
let table = try Table(csv: "houses.csv")
let fit = try Network<Float>.fit(table, columns: TableColumns(targets: ["price"]))
let prices = try fit.network.predict(table)  // [rows × 1], in the units of the table
print(fit)  // what was chosen, and why
try fit.network.save(to: "chosen.safetensors")

// Layers and training of your own, for numbers:
let data = try Dataset<Float>(csv: "houses.csv", target: "price")
var network = Network<Float>(.spline(13, 8), .spline(8, 1), seed: 1)  // .linear(13, 8) for an MLP
let history = try network.train(on: data, with: AdamW(learningRate: 0.01), epochs: 20)
try network.save(to: "described.safetensors")
print("loss \(history.epochs.last!.loss), first prices \(prices[0, 0]), \(network.predict(data.inputs)[0, 0])")
