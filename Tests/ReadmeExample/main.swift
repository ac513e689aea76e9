import KAN
import KANFiles

let data = try Dataset<Float>(csv: "houses.csv", target: "price")
var network = Network<Float>(.spline(13, 8), .spline(8, 1), seed: 1)  // .linear(13, 8) for an MLP
let history = try network.train(on: data, with: AdamW(learningRate: 0.01), epochs: 20)
let prices = network.predict(data.inputs)  // [rows × 13] → [rows × 1], in the units of the table
try network.save(to: "houses.safetensors")
print("loss \(history.epochs.last!.loss), first price \(prices[0, 0])")
