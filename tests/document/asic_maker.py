# SPDX-License-Identifier: GPL-3.0-or-later
"""A ZIP writer that writes whatever it is told, wrong things too: for containers as others make them and as attackers would."""
import struct
import zlib

HEADER, ENTRY, END = '<4s5H3L2H', '<4s6H3L5H2L', '<4s4H2LH'
END64, LOCATOR = '<4sQ2H2L4Q', '<4sLQL'


class Member:
    """What is said of a member, in its own header and in the directory; every field may be set to something else."""

    def __init__(self, name, content, deflate=False, descriptor=False):
        self.name = name.encode() if isinstance(name, str) else name
        self.packed = content
        if deflate and self.name != b'mimetype':
            squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
            self.packed = squeeze.compress(content) + squeeze.flush()
        self.crc, self.size, self.method = zlib.crc32(content), len(content), 8 if self.packed is not content else 0
        self.stored = len(self.packed)
        self.descriptor = descriptor and self.name != b'mimetype'
        self.flags = (8 if self.descriptor else 0) | (0x800 if any(c > 127 for c in self.name) else 0)
        self.extra = self.local_extra = b''
        self.version_made, self.attributes = 0x314, 0o100644 << 16
        self.local = {}  # fields of its own header that differ from the directory's
        self.offset = None

    def header(self):
        own = {'name': self.name, 'flags': self.flags, 'method': self.method, 'crc': 0 if self.descriptor else self.crc,
               'stored': 0 if self.descriptor else self.stored, 'size': 0 if self.descriptor else self.size, **self.local}
        return struct.pack(HEADER, b'PK\3\4', 20, own['flags'], own['method'], 0, 0x21, own['crc'], own['stored'], own['size'], len(own['name']),
                           len(self.local_extra)) + own['name'] + self.local_extra

    def whole(self):
        tail = struct.pack('<4s3L', b'PK\7\10', self.crc, self.stored, self.size) if self.descriptor else b''
        return self.header() + self.packed + tail

    def entry(self):
        return struct.pack(ENTRY, b'PK\1\2', self.version_made, 20, self.flags, self.method, 0, 0x21, self.crc, self.stored, self.size, len(self.name),
                           len(self.extra), 0, 0, 0, self.attributes, self.offset) + self.name + self.extra


def end64(at, count, size, directory):
    """The zip64 end, which stands at @at, and what leads to it."""
    return struct.pack(END64, b'PK\6\6', struct.calcsize(END64) - 12, 45, 45, 0, 0, count, count, size, directory) + struct.pack(LOCATOR, b'PK\6\7', 0, at, 1)


def write(members, gap=b'', before=b'', comment=b'', count=None, behind=b'', zip64=None):
    """@gap: between the members and the directory; @zip64: what the ordinary end says beside a zip64 one: number, size and place"""
    data = bytearray(before)
    for member in members:
        if member.offset is None:
            member.offset = len(data)
        data += member.whole()
    data = bytes(data) + gap
    directory = b''.join(member.entry() for member in members)
    count = len(members) if count is None else count
    if zip64 is not None:
        directory_size = len(directory)
        directory += end64(len(data) + directory_size, count, directory_size, len(data))
        return data + directory + struct.pack(END, b'PK\5\6', 0, 0, zip64[0], zip64[0], zip64[1], zip64[2], len(comment)) + comment + behind
    return data + directory + struct.pack(END, b'PK\5\6', 0, 0, count, count, len(directory), len(data), len(comment)) + comment + behind


def members_of(contents, deflate=False, descriptor=False):
    return [Member(name, content, deflate, descriptor) for name, content in contents.items()]


def pack(contents, deflate=False, descriptor=False, **options):
    return write(members_of(contents, deflate, descriptor), **options)
