import ArgumentParser
import Foundation
import KAN
import KANFiles
import KANReport

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "A spline found in three ways, then KAN against MLP on real images.",
    discussion: """
      First one edge of splines learns sin(2πx): by gradient descent, by least squares, and by gradient descent on a \
      grid made finer. Then a KAN, an MLP of the same widths and an MLP of about the same number of parameters learn \
      Fashion-MNIST (Debian's dataset-fashion-mnist); without it the small images of handwritten digits that come \
      with the tool.

      Pictures and the table go to a folder: sine.svg, training.svg, results.md.
      """)

  @Option(help: "Folder with the four files of MNIST or Fashion-MNIST.", completion: .directory)
  var images = "/usr/share/datasets/fashion-mnist"
  @Option(help: "Folder for pictures and the table.", completion: .directory)
  var out = "demo"
  @Option(parsing: .unconditional, help: "Epochs for the images.")
  var epochs = 5
  @Option(parsing: .unconditional, help: "Seed of every start and of the order of images.")
  var seed: UInt64 = 1
  @OptionGroup var threads: ThreadArguments

  func validate() throws {
    if !(1...1000).contains(epochs) { throw ValidationError("--epochs has to be 1 to 1000") }
  }

  func run() throws {
    let pool = try threads.pool()
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      throw ToolError(message: "\(out): the folder cannot be made", code: 73)
    }
    var sine = SineDemo(seed: seed, pool: pool)
    try Console.print("One edge: 7 spline coefficients learn sin(2πx) from 100 points\n")
    let sineTable = try sine.run()
    try Console.print("\n" + sineTable + "\n")
    try write(sine.chart().svg(), to: "sine.svg")

    let images = try ImageDemo(folder: self.images, epochs: epochs, seed: seed, pool: pool)
    try Console.print("KAN against MLP: \(images.title)\n")
    let runs = try images.run()
    try Console.print("\n" + table(ImageDemo.rows(runs)) + "\n")
    try write(LineChart.document(images.charts(runs)), to: "training.svg")
    try write(images.markdown(runs), to: "results.md")
    Console.note("wrote \(out)/sine.svg, \(out)/training.svg and \(out)/results.md")
  }

  private func write(_ text: String, to name: String) throws {
    try writeFile(Array(text.utf8), to: out + "/" + name)
  }
}
