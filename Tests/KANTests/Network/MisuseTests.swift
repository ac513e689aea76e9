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

    @Test func layerOfOtherNumber() async {
      func expect(_ result: ExitTest.Result?) {
        #expect(message(result).contains("Network: layer 7 of 2, which count from 0"))
      }
      expect(
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = Network<Float>(.spline(3, 2), .linear(2, 1)).weights(ofLayer: 7)
        })
      expect(
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = Network<Float>(.spline(3, 2), .linear(2, 1)).bias(ofLayer: 7)
        })
      expect(
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          var network = Network<Float>(.spline(3, 2), .linear(2, 1))
          try network.setFunctions(ofLayer: 7) { _, _, x in x }
        })
      expect(
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          var network = Network<Float>(.spline(3, 2), .linear(2, 1))
          try network.setCurves(ofLayer: 7, input: 0, at: [0], to: Matrix(rows: 1, columns: 1))
        })
    }

    @Test func ratesAndCountsBelowZero() async {
      let rate = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = AdamW(learningRate: -1)
      }
      #expect(message(rate).contains("AdamW: learning rate -1.0"))
      let changed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var rule = SGD()
        rule.learningRate = .nan
      }
      #expect(message(changed).contains("SGD: learning rate nan"))
      let patience = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = TrainingOptions(patience: -3)
      }
      #expect(message(patience).contains("TrainingOptions: patience -3"))
      let epochs = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var options = TrainingOptions()
        options.epochs = -5
      }
      #expect(message(epochs).contains("TrainingOptions: -5 epochs"))
    }

    @Test func elementsThatAreNotThere() async {
      let element = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var matrix = Matrix<Float>(rows: 2, columns: 3)
        matrix[0, 3] = 1
      }
      #expect(message(element).contains("element (0, 3) of [2 × 3]"))
      let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = AlignedArray<Float>(zeros: 3)[-1]
      }
      #expect(message(index).contains("index -1 outside 0 ..< 3"))
      let replaced = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var matrix = Matrix<Float>(rows: 2, columns: 3)
        matrix.elements = AlignedArray(zeros: 5)
        _ = Network<Float>(.linear(3, 1)).predict(matrix)
      }
      #expect(message(replaced).contains("5 elements for the shape [2 × 3]"))
    }

    @Test func rowsOfOtherLengths() async {
      let ragged = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Matrix<Float>([[1, 2], [3]])
      }
      #expect(message(ragged).contains("row 2 of shape [1], not [2]"))
      let buffer = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var result = Matrix<Float>(rows: 1, columns: 2)
        let predictor = Predictor(Network<Float>(.linear(3, 2)))
        Matrix<Float>(rows: 2, columns: 2).elements.withUnsafeBufferPointer { rows in
          result.elements.withUnsafeMutableBufferPointer { predictor.predict(rows, into: $0) }
        }
      }
      #expect(message(buffer).contains("Predictor: rows of shape [4], not [1 × 3]"))
    }
  }
#endif
