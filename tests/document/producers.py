# SPDX-License-Identifier: GPL-3.0-or-later
"""
producers: the same small document (two pages, a line of text) as programs that are not ours write it, so that no one shape of file is favoured.
Each function puts a PDF at @path. Sample data only.
"""
import os
import shutil
import subprocess
import tempfile

import pdf_maker

LINES = ('Sample contract, page 1', 'Sample contract, page 2')
# without what a sanitizer preloads for our programs
QUIET = {**{name: value for name, value in os.environ.items() if name != 'LD_PRELOAD'}, 'LC_ALL': 'C.UTF-8'}


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=QUIET, **options)


def put(path, data):
    with open(path, 'wb') as out:
        out.write(data)
    return path


def by_hand(path, _work):
    put(path, pdf_maker.write(pdf_maker.plain_objects(2)))


def by_mutool(path, work):
    pages = [put(f'{work}/page{i}.txt', b'%%%%MediaBox 0 0 300 200\n%%%%Font F1 Helvetica\nBT /F1 18 Tf 20 150 Td (%s) Tj ET\n' % line.encode())
             for i, line in enumerate(LINES)]
    run('mutool', 'create', '-o', path, *pages)


def by_cairo(path, _work):
    import cairo  # pylint: disable=import-outside-toplevel
    surface = cairo.PDFSurface(path, 300, 200)
    context = cairo.Context(surface)
    for line in LINES:
        context.move_to(20, 50)
        context.show_text(line)
        context.show_page()
    surface.finish()


def by_pdftex(path, work, settings=''):
    put(f'{work}/sample.tex', ('\\pdfoutput=1 %s %s\\bye\n' % (settings, '\\vfill\\eject '.join(LINES))).encode())
    run('pdftex', '-interaction=batchmode', 'sample.tex', cwd=work)
    shutil.move(f'{work}/sample.pdf', path)


def by_pdftex_1_4(path, work):
    by_pdftex(path, work, '\\pdfminorversion=4 \\pdfobjcompresslevel=0')


def by_pdftex_1_5(path, work):
    by_pdftex(path, work, '\\pdfminorversion=5 \\pdfobjcompresslevel=2')


def by_ghostscript(path, work, *options):
    put(f'{work}/sample.ps', ''.join('%%!PS\n/Helvetica findfont 18 scalefont setfont 20 150 moveto (%s) show showpage\n' % line for line in LINES).encode())
    run('gs', '-q', '-dSAFER', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', *options, f'-sOutputFile={path}', f'{work}/sample.ps')


def by_groff(path, work):
    """groff's PostScript through Ghostscript's ps2pdf, as man -Tps users do."""
    put(f'{work}/sample.roff', '\n.bp\n'.join(LINES).encode() + b'\n')
    with open(f'{work}/groff.ps', 'wb') as out:
        subprocess.run(['groff', '-Tps', f'{work}/sample.roff'], check=True, stdout=out, env=QUIET)
    run('ps2pdf', f'{work}/groff.ps', path)


def by_libreoffice(path, work, settings=''):
    put(f'{work}/sample.txt', '\n\f'.join(LINES).encode())
    run('soffice', f'-env:UserInstallation=file://{work}/office', '--headless', '--convert-to', 'pdf' + settings, '--outdir', f'{work}/out', f'{work}/sample.txt',
        timeout=120)
    shutil.move(f'{work}/out/sample.pdf', path)


def by_libreoffice_archive(path, work):
    """PDF/A-2b"""
    by_libreoffice(path, work, ':writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}')


def by_reportlab(path, _work):
    from reportlab.pdfgen.canvas import Canvas  # pylint: disable=import-outside-toplevel
    canvas = Canvas(path, pagesize=(300, 200))
    for line in LINES:
        canvas.drawString(20, 150, line)
        canvas.acroForm.textfield(name='amount', value='100', x=20, y=20, width=80, height=20)
        canvas.showPage()
    canvas.save()


def by_img2pdf(path, work):
    import cairo  # pylint: disable=import-outside-toplevel
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, 60, 40)
    context = cairo.Context(surface)
    context.set_source_rgb(1, 1, 1)
    context.paint()
    surface.write_to_png(f'{work}/scan.png')
    run('img2pdf', f'{work}/scan.png', f'{work}/scan.png', '-o', path)


def by_poppler(path, work):
    """Drawn again by poppler."""
    by_hand(f'{work}/one.pdf', work)
    run('pdftocairo', '-pdf', f'{work}/one.pdf', path)


PRODUCERS = {name.removeprefix('by_').replace('_', ' '): function for name, function in sorted(globals().items())
             if name.startswith('by_') and name not in ('by_pdftex',)}

# what qpdf makes of it: name, password, options
SHAPES = {
    'as made': (None, None),
    'table': (None, ['--object-streams=disable', '--stream-data=preserve']),
    'streams': (None, ['--object-streams=generate']),
    'linearized': (None, ['--linearize', '--object-streams=generate']),
    'RC4-128': ('open', ['--allow-weak-crypto', '--encrypt', 'open', 'owner', '128', '--use-aes=n', '--']),
    'AES-128': ('open', ['--allow-weak-crypto', '--object-streams=generate', '--encrypt', 'open', 'owner', '128', '--use-aes=y', '--']),
    'AES-256': ('open', ['--encrypt', 'open', 'owner', '256', '--']),
}


def make(name, path):
    """One document of one producer."""
    with tempfile.TemporaryDirectory(prefix='signet-producer-') as work:
        PRODUCERS[name](path, work)


def shape(source, name, target):
    """(path, password): @source in this shape."""
    password, options = SHAPES[name]
    if options is None:
        return source, None
    run('qpdf', *options, source, target)
    return target, password
