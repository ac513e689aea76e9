import CKANKernels

extension Double: KernelReal {
  static func table(_ set: kan_instruction_set?) -> KernelTable<Double> {
    let kernels = (set.map { kan_kernels_for_d($0)! } ?? kan_plain_kernels_d()!).pointee
    return KernelTable(
      evaluate: { layer, first, x, stride, order, to in
        withSpline(layer) { spline in
          let (inputs, rows) = (Int64(to.inputs), Int64(to.rows))
          to.withPoints { points in
            kernels.spline_evaluate(spline, Int64(first), inputs, rows, x, Int64(stride), Int32(order), points)
          }
        }
      },
      evaluateRow: { layer, x, cells, values in
        withSpline(layer) { spline in
          cells.withUnsafeMutableBufferPointer { cells in
            values.withUnsafeMutableBufferPointer { values in
              let base = values.baseAddress!
              var points = kan_points_d(
                cells: cells.baseAddress, values: base, slopes: base, seconds: base, cell_stride: 1, input_stride: 1,
                function_stride: Int64(x.count), row_capacity: 1)
              kernels.spline_evaluate(spline, 0, Int64(x.count), 1, x, Int64(x.count), 0, &points)
            }
          }
        }
      },
      forward: { shape, evaluated, columns, weights, stride, start, startStride, z, zStride in
        evaluated.withBlock(shape, evaluated.values) {
          kernels.forward(
            $0, Int64(columns), 0, weights, Int64(stride), start, Int64(startStride), &z, Int64(zStride))
        }
      },
      forwardRow: { shape, cells, values, columns, weights, stride, start, z in
        cells.withUnsafeBufferPointer { cells in
          values.withUnsafeBufferPointer { values in
            var block = kan_block_d(
              inputs: Int64(cells.count), rows: 1, functions: Int64(shape.functions), fixed: Int64(shape.fixed),
              stored: Int64(shape.stored), cells: Int64(shape.cells), sums_to_1: shape.sumsToOne ? 1 : 0,
              cell: cells.baseAddress, value: values.baseAddress, cell_stride: 1, input_stride: 1,
              function_stride: Int64(cells.count))
            kernels.forward(&block, Int64(columns), 0, weights, Int64(stride), start, 0, &z, Int64(columns))
          }
        }
      },
      backward: { shape, evaluated, outputs, dz, weights, dw, dx, hasPanels in
        var scratch = [Double](repeating: .nan, count: Int(kernels.scratch(Int64(evaluated.rows))))
        let (rows, width) = (Int64(evaluated.rows), Int64(outputs))
        evaluated.withBlock(shape, evaluated.values) { block in
          kernels.order(block, width, &scratch)
          let panelWidth = hasPanels ? Int(kernels.panel_width(block, width)) : 0
          var panels = [Double](repeating: .nan, count: evaluated.rows * (outputs + panelWidth))
          let stride = rows * Int64(panelWidth)
          if panelWidth > 0 { kernels.panels(rows, width, dz, &panels, stride) }
          panels.withUnsafeBufferPointer {
            kernels.weights(block, width, dz, panelWidth > 0 ? $0.baseAddress : nil, stride, &dw, &scratch)
          }
        }
        evaluated.withBlock(shape, evaluated.slopes) {
          kernels.inputs($0, width, dz, weights, &dx, Int64(evaluated.inputs), &scratch)
        }
      },
      panelWidth: { shape, rows, outputs in
        Evaluated<Double>(rows: rows, inputs: 1, functions: 1).withBlock(shape, []) {
          Int(kernels.panel_width($0, Int64(outputs)))
        }
      })
  }

  private static func withSpline(_ layer: SplineLayer<Double>, _ body: (UnsafePointer<kan_spline_d>) -> Void) {
    layer.lower.withUnsafeBufferPointer { lower in
      layer.upper.withUnsafeBufferPointer { upper in
        layer.inverseStep.withUnsafeBufferPointer { inverseStep in
          layer.knots.withUnsafeBufferPointer { knots in
            var spline = kan_spline_d(
              inputs: Int32(layer.inputs), intervals: Int32(layer.intervals), degree: Int32(layer.degree),
              functions: Int32(layer.functions), outside: layer.outside, base: layer.base,
              uniform: layer.isUniform ? 1 : 0, lower: lower.baseAddress, upper: upper.baseAddress,
              inverse_step: inverseStep.baseAddress, knots: knots.baseAddress)
            body(&spline)
          }
        }
      }
    }
  }
}

extension Evaluated where Real == Double {
  fileprivate mutating func withPoints(_ body: (UnsafePointer<kan_points_d>) -> Void) {
    cells.withUnsafeMutableBufferPointer { cells in
      values.withUnsafeMutableBufferPointer { values in
        slopes.withUnsafeMutableBufferPointer { slopes in
          seconds.withUnsafeMutableBufferPointer { seconds in
            var points = kan_points_d(
              cells: cells.baseAddress, values: values.baseAddress, slopes: slopes.baseAddress,
              seconds: seconds.baseAddress, cell_stride: Int64(stride), input_stride: Int64(functions * stride),
              function_stride: Int64(stride), row_capacity: Int64(capacity))
            body(&points)
          }
        }
      }
    }
  }

  fileprivate func withBlock<Result>(
    _ shape: Shape, _ numbers: [Double], _ body: (UnsafePointer<kan_block_d>) -> Result
  ) -> Result {
    cells.withUnsafeBufferPointer { cells in
      numbers.withUnsafeBufferPointer { numbers in
        var block = kan_block_d(
          inputs: Int64(inputs), rows: Int64(rows), functions: Int64(shape.functions), fixed: Int64(shape.fixed),
          stored: Int64(shape.stored), cells: Int64(shape.cells), sums_to_1: shape.sumsToOne ? 1 : 0,
          cell: cells.baseAddress, value: numbers.baseAddress, cell_stride: Int64(stride),
          input_stride: Int64(shape.functions * stride), function_stride: Int64(stride))
        return body(&block)
      }
    }
  }
}
