// Written by make_npy.py.

import Testing

/// An array saved by numpy and what reading it must give.
struct NumpyFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let base64: String
  let shape: [Int]
  let values: [Double]
  let isInteger: Bool
  var testDescription: String { name }
}

let numpyFixtures: [NumpyFixture] = [
  NumpyFixture(
    name: "<f2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAvwC8ALAAOoA+AEE=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<f2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAvwA6ALyAPgCwAEE=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/gLwAsAA6AD6AQQA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/gDoAvAA+gLAAQQA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<f4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAPC/AACAvwAAAL4AAEA/\
      AADQPwAAIEA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<f4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAPC/AABAPwAAgL8AANA/\
      AAAAvgAAIEA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/8AAAv4AAAL4AAAA/QAAA\
      P9AAAEAgAAA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/8AAAP0AAAL+AAAA/0AAA\
      vgAAAEAgAAA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<f8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD+vwAAAAAAAPC/\
      AAAAAAAAwL8AAAAAAADoPwAAAAAAAPo/AAAAAAAABEA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<f8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD+vwAAAAAAAOg/\
      AAAAAAAA8L8AAAAAAAD6PwAAAAAAAMC/AAAAAAAABEA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq//gAAAAAAAL/wAAAAAAAA\
      v8AAAAAAAAA/6AAAAAAAAD/6AAAAAAAAQAQAAAAAAAA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: ">f8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq//gAAAAAAAD/oAAAAAAAA\
      v/AAAAAAAAA/+gAAAAAAAL/AAAAAAAAAQAQAAAAAAAA=
      """,
    shape: [2, 3],
    values: [-1.875, -1.0, -0.125, 0.75, 1.625, 2.5],
    isInteger: false),
  NumpyFixture(
    name: "<i2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt//T/+/8CAAkAEAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<i2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt/wIA9P8JAPv/EAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/7f/0//sAAgAJABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/7QAC//QACf/7ABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<i4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt////9P////v///8CAAAA\
      CQAAABAAAAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<i4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt////AgAAAPT///8JAAAA\
      +////xAAAAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr////t////9P////sAAAAC\
      AAAACQAAABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr////tAAAAAv////QAAAAJ\
      ////+wAAABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<i8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt//////////T/////////\
      +/////////8CAAAAAAAAAAkAAAAAAAAAEAAAAAAAAAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<i8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArt/////////wIAAAAAAAAA\
      9P////////8JAAAAAAAAAPv/////////EAAAAAAAAAA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////////7f/////////0\
      //////////sAAAAAAAAAAgAAAAAAAAAJAAAAAAAAABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: ">i8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmk4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////////7QAAAAAAAAAC\
      //////////QAAAAAAAAACf/////////7AAAAAAAAABA=
      """,
    shape: [2, 3],
    values: [-19.0, -12.0, -5.0, 2.0, 9.0, 16.0],
    isInteger: true),
  NumpyFixture(
    name: "<u2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAgADwAWAB0AJAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "<u2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBABYACAAdAA8AJAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u2",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAQAIAA8AFgAdACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u2 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnUyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAQAWAAgAHQAPACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "<u4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHU0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAACAAAAA8AAAAWAAAA\
      HQAAACQAAAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "<u4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHU0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAFgAAAAgAAAAdAAAA\
      DwAAACQAAAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u4",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnU0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAABAAAACAAAAA8AAAAW\
      AAAAHQAAACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u4 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnU0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAABAAAAFgAAAAgAAAAd\
      AAAADwAAACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "<u8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHU4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAAgAAAAAAAAA\
      DwAAAAAAAAAWAAAAAAAAAB0AAAAAAAAAJAAAAAAAAAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "<u8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPHU4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAABYAAAAAAAAA\
      CAAAAAAAAAAdAAAAAAAAAA8AAAAAAAAAJAAAAAAAAAA=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnU4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAQAAAAAAAAAI\
      AAAAAAAAAA8AAAAAAAAAFgAAAAAAAAAdAAAAAAAAACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: ">u8 Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPnU4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAQAAAAAAAAAW\
      AAAAAAAAAAgAAAAAAAAAHQAAAAAAAAAPAAAAAAAAACQ=
      """,
    shape: [2, 3],
    values: [1.0, 8.0, 15.0, 22.0, 29.0, 36.0],
    isInteger: true),
  NumpyFixture(
    name: "i1",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqcxOwUPGQ=
      """,
    shape: [2, 3],
    values: [-100.0, -60.0, -20.0, 20.0, 60.0, 100.0],
    isInteger: true),
  NumpyFixture(
    name: "u1",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAMmSWyPo=
      """,
    shape: [2, 3],
    values: [0.0, 50.0, 100.0, 150.0, 200.0, 250.0],
    isInteger: true),
  NumpyFixture(
    name: "b1",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAQABAAE=
      """,
    shape: [2, 3],
    values: [0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
    isInteger: true),
  NumpyFixture(
    name: "one dimension",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqamZmZmZm5PwAAAAAAAATA\
      nHUAiDzkN34=
      """,
    shape: [3],
    values: [0.1, -2.5, 1e+300],
    isInteger: false),
  NumpyFixture(
    name: "one dimension i8",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoDAAAAAAAAAP//////////\
      AAAAAAABAAA=
      """,
    shape: [3],
    values: [3.0, -1.0, 1099511627776.0],
    isInteger: true),
  NumpyFixture(
    name: "three dimensions",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMsIDIpLCB9\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAAIAAAADAAAA\
      BAAAAAUAAAAGAAAABwAAAAgAAAAJAAAACgAAAAsAAAA=
      """,
    shape: [2, 6],
    values: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
    isInteger: true),
  NumpyFixture(
    name: "three dimensions Fortran",
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgMiksIH0g\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADAQAAAAEAAAABB\
      AACAQAAAIEEAAIA/AADgQAAAQEAAABBBAACgQAAAMEE=
      """,
    shape: [2, 6],
    values: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
    isInteger: false),
  NumpyFixture(
    name: "version 2",
    base64: """
      k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0g\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPA/\
      AAAAAAAAAEAAAAAAAAAIQAAAAAAAABBAAAAAAAAAFEA=
      """,
    shape: [2, 3],
    values: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    isInteger: false),
  NumpyFixture(
    name: "version 3",
    base64: """
      k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0g\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPA/\
      AAAAAAAAAEAAAAAAAAAIQAAAAAAAABBAAAAAAAAAFEA=
      """,
    shape: [2, 3],
    values: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    isInteger: false),
]
