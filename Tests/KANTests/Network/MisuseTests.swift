import Foundation
import KAN
import Testing

// Exit tests came with Swift 6.2.
#if compiler(>=6.2)
  /// A caller's mistake ends the program with a message that names what does not fit, in optimised builds too.
  @Suite struct MisuseTests {
    private func message(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    @Test func predictionOfOtherColumns() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Network<Float>(.spline(3, 2)).predict(Matrix(rows: 7, columns: 4))
      }
      #expect(message(result).contains("rows of shape [7 × 4] for 3 inputs"))
    }

    @Test func layersThatDoNotMeet() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Network<Float>(.spline(3, 2), .linear(4, 1))
      }
      #expect(message(result).contains("a layer of 2 outputs before one of 4 inputs"))
    }

    @Test func productsThatDoNotFit() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Layer<Float>.spline(3, 1, products: 2)
      }
      #expect(message(result).contains("Layer: 1 outputs of products"))
    }

    @Test func gradientOfOtherShape() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let session = Session(Network<Float>(.spline(3, 2)), rows: 4)
        session.forward(Matrix(rows: 4, columns: 3))
        session.backward(Matrix(rows: 3, columns: 2))
      }
      #expect(message(result).contains("dY of shape [3 × 2] for [4 × 2]"))
    }

    @Test func moreRowsThanASessionHolds() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Session(Network<Float>(.spline(3, 2)), rows: 4).forward(Matrix(rows: 5, columns: 3))
      }
      #expect(message(result).contains("rows of shape [5 × 3] for up to 4 rows of 3 inputs"))
    }

    @Test func tangentOfOtherShape() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Network<Float>(.spline(3, 2)).jvp(at: Matrix(rows: 2, columns: 3), tangent: Matrix(rows: 2, columns: 2))
      }
      #expect(message(result).contains("a tangent of shape [2 × 2] for rows of shape [2 × 3]"))
    }

    @Test func curveOfNoEdge() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Network<Float>(.spline(3, 2)).curve(ofLayer: 0, input: 3, output: 0)
      }
      #expect(message(result).contains("the edge from input 3 to sum 0 of a layer of 3 inputs and 2 sums"))
    }

    @Test func dataOfOtherShape() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var network = Network<Float>(.spline(3, 2))
        let data = Dataset<Float>(
          inputs: Matrix(rows: 5, columns: 2), targets: .values(Matrix(rows: 5, columns: 1)))
        try network.train(on: data, epochs: 1)
      }
      #expect(message(result).contains("data of 2 inputs and 1 targets for 3 inputs and 2 outputs"))
    }

    @Test func dataForAnotherTask() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var network = Network<Float>(.linear(2, 3))
        try network.train(on: sectorData(Float.self, rows: 20), epochs: 1)
        let values = Targets.values(Matrix<Float>(rows: 5, columns: 3))
        try network.train(on: Dataset(inputs: Matrix(rows: 5, columns: 2), targets: values), epochs: 1)
      }
      #expect(message(result).contains("data for regression to go on with a network trained for classification"))
    }

    @Test func targetsOfOtherRows() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Dataset<Float>(inputs: Matrix(rows: 5, columns: 2), targets: .values(Matrix(rows: 4, columns: 1)))
      }
      #expect(message(result).contains("inputs of shape [5 × 2] and 4 targets"))
    }

    @Test func classOutOfRange() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Dataset<Float>(inputs: Matrix(rows: 2, columns: 2), targets: .classes([0, 3], count: 3))
      }
      #expect(message(result).contains("class 3 outside 0 ..< 3"))
    }

    @Test func productOfOtherShapes() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Matrix<Double>(rows: 2, columns: 3).multiplied(by: Matrix(rows: 4, columns: 5))
      }
      #expect(message(result).contains("[2 × 3]·[4 × 5]"))
    }

    @Test func leastSquaresOfOtherShapes() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try solveLeastSquares(Matrix<Double>(rows: 2, columns: 3), Matrix(rows: 4, columns: 1))
      }
      #expect(message(result).contains("A is [2 × 3], B is [4 × 1]"))
    }

    @Test func numberOfParameters() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var network = Network<Float>(.linear(3, 2))
        network.parameters = AlignedArray(zeros: 7)
        _ = network.predict(Matrix(rows: 1, columns: 3))
      }
      #expect(message(result).contains("7 parameters, not 8"))
    }
  }
#endif
