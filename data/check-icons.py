#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-icons: our icons are plain drawings: square, no fonts, nothing fetched, nothing run; symbolic ones in one colour."""
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SVG = '{http://www.w3.org/2000/svg}'
DRAWING = {'svg', 'defs', 'linearGradient', 'radialGradient', 'stop', 'g', 'path', 'rect', 'circle', 'ellipse', 'polygon', 'clipPath'}


def faults(path):
    root = ElementTree.parse(path).getroot()
    width, height = root.get('width'), root.get('height')
    if width != height or root.get('viewBox') != f'0 0 {width} {height}':
        yield f'not square, or its viewBox differs: {width} x {height}, {root.get("viewBox")}'
    for element in root.iter():
        if element.tag.removeprefix(SVG) not in DRAWING:
            yield f'more than a drawing: {element.tag}'
        for name in element.attrib:
            if 'href' in name or name.startswith('on'):
                yield f'refers to something else: {name}'
    if path.stem.endswith('-symbolic'):
        if width != '16':
            yield 'a symbolic icon is 16 x 16'
        if len({element.get('fill') for element in root.iter() if element.get('fill')}) != 1:
            yield 'a symbolic icon has one colour'


def main():
    icons = sorted(Path(sys.argv[1]).rglob('*.svg'))
    bad = [f'{path}: {fault}' for path in icons for fault in faults(path)]
    print('\n'.join(bad) or f'{len(icons)} icons are plain drawings')
    return 1 if bad or not icons else 0


if __name__ == '__main__':
    sys.exit(main())
