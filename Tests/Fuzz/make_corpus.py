#!/usr/bin/env python3
"""Writes the files that scripts/fuzz begins with, a few of each kind. usage: make_corpus.py FOLDER MODEL.safetensors..."""
import gzip, json, os, struct, sys, zlib

out, models = sys.argv[1], sys.argv[2:]


def write(kind, name, data):
    os.makedirs(os.path.join(out, kind), exist_ok=True)
    with open(os.path.join(out, kind, name), "wb") as file:
        file.write(data)


write("csv", "quotes", 'a,"b""\n",c\r\n1.5,"x,é",-2e3\n\n 2 ,y, 7\n"3","""z",0.25\n'.encode())
write("csv", "semicolons", b"a;b;c\n1,5;2015-01-03T05:07:00.5+01:00;yes\n2,5;2015-01-04;no\nNA;?;\n")
write("csv", "numbers", b"1,2,3\n4,5e300,-0\n00123,inf,nan\n")
write("csv", "bom", b"\xef\xbb\xbf,x\n1,2\n2,3\n")


def npy(descr, fortran, shape, data, major=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    size = struct.pack("<H" if major == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([major, 0]) + size + header + data


write("npy", "f4", npy("<f4", False, "(2, 3)", struct.pack("<6f", 1, 2, 3, 4, 5, 6)))
write("npy", "i2", npy(">i2", True, "(2, 3, 2)", bytes(range(24)), 2))
write("npy", "bool", npy("|b1", False, "(4,)", b"\0\1\1\0"))
write("mapped", "f4", npy("<f4", False, "(2, 3)", struct.pack("<6f", 1, 2, 3, 4, 5, 6)))
write("mapped", "labels", npy("<i4", False, "(3,)", struct.pack("<3i", 0, 2, 1)))
write("mapped", "f8", npy("<f8", False, "(2, 1)", struct.pack("<2d", 1e300, -1)))
write("npy", "f8", npy("<f8", False, "()", struct.pack("<d", 1e300), 3))

idx = bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 3, 2) + bytes(range(12))
write("idx", "plain", idx)
write("idx", "gzip", gzip.compress(idx, mtime=0))
write("idx", "doubles", bytes([0, 0, 14, 1]) + struct.pack(">I2d", 2, 1.5, -2))



def packed(header, rows):
    text = json.dumps(header).encode()
    text += b" " * (-(16 + len(text)) % 64)
    data = b"KANROWS2" + struct.pack("<Q", len(text)) + text + rows
    return data + struct.pack("<I", zlib.crc32(data))


names = {"inputs": ["x0", "x1"], "targets": ["y"], "classes": []}
shape = {"type": "float32", "rows": 2, "inputs": 2, "hasWeights": False, "names": names}
write("packed", "values", packed({**shape, "targets": 1}, struct.pack("<6f", 1, 2, 3, 4, 5, 6)))
write("packed", "classes", packed(
    {**shape, "type": "float64", "classes": 2, "hasWeights": True, "names": {**names, "classes": ["a", "b"]}},
    struct.pack("<ddid", 1, 2, 0, 1) + struct.pack("<ddid", 3, 4, 1, 0.5)))

two = b'{"__metadata__":{"\\u00e9":"\\n"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' \
    b'"b":{"dtype":"F64","shape":[1,1],"data_offsets":[8,16]}}'
write("safetensors", "two", two + b"\0" + struct.pack("<2fd", 1, 2, 3))
write("safetensors", "none", b"{}\0")
for path in models:
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = data[8 : 8 + size].rstrip(b" ")
    # Damage is to be found by the reader, not by the checksum.
    start = header.index(b'"checksum":"') if b'"checksum":"' in header else None
    if start is not None:
        header = header[:start] + header[start + 22 :]
    write("model", os.path.basename(path).removesuffix(".safetensors"), header + b"\0" + data[8 + size :])
