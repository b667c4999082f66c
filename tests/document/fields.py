# SPDX-License-Identifier: GPL-3.0-or-later
"""
fields: documents with an empty signature field "approval" whose widget is an object apart from it, as programs that are not ours make them, and by
hand. Each function puts a PDF at @path: one page of 300 by 200, one widget at [150 20 250 60]. Sample data only.
"""
import json
import os
import subprocess
import sys

import pdf_maker
import producers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position

PLACE = b'/Rect [150 20 250 60]'
WIDGET = b'<< /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Parent 11 0 R ' + PLACE + b' %s>>'
PAGE = (b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [6 0 R 20 0 R] '
        b'/Resources << /Font << /F1 5 0 R >> /XObject << /X1 9 0 R >> >> >>')
TEXT = pdf_maker.stream(b'BT /F1 18 Tf 20 150 Td (Sample contract: pay 100) Tj ET')
OLD_LOOK = pdf_maker.stream(b'0.9 0.2 0.2 rg 0 0 100 40 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 100 40] ')


def hand_made(widget=WIDGET % b'', field=b'<< /FT /Sig /T (approval) /Kids [20 0 R] >>', **more):
    return pdf_maker.write_form(**{'_3': PAGE, '_4': TEXT, '_11': field, '_20': widget, **more})


def by_hand(path, _work):
    producers.put(path, hand_made())


def by_hand_inherited(path, _work):
    """Type and flags come from a node above the field; it is called contract.approval nowhere but in full."""
    producers.put(path, hand_made(field=b'<< /T (approval) /FT /Sig /Ff 0 /DA (/F1 0 Tf 0 g) /Kids [21 0 R] >>',
                                  widget=WIDGET.replace(b'11 0 R', b'21 0 R') % b'', _21=b'<< /T (here) /Parent 11 0 R /Kids [20 0 R] >>'))


def by_hand_with_look(path, _work):
    """Something is seen in it already, in two states."""
    producers.put(path, hand_made(widget=WIDGET % b'/AP << /N << /Old 22 0 R /Off 22 0 R >> /D 22 0 R >> /AS /Old ', _22=OLD_LOOK))


def by_hand_in_one_object(path, _work):
    producers.put(path, hand_made(field=b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /F 4 /P 3 0 R ' + PLACE + b' >>', widget=b'<< >>',
                                  _3=PAGE.replace(b'20 0 R', b'11 0 R')))


def by_hand_without_parent(path, _work):
    producers.put(path, hand_made(widget=WIDGET.replace(b'/Parent 11 0 R ', b'') % b''))


TEX = rb"""\pdfoutput=1 \pdfminorversion=5 \pdfobjcompresslevel=2 \nopagenumbers \parindent=0pt
\pdfpagewidth=300bp \pdfpageheight=200bp \pdfhorigin=0bp \pdfvorigin=0bp
\pdfobj reserveobjnum \edef\field{\the\pdflastobj}
\shipout\vbox to 200bp{\offinterlineskip \kern 40bp \hbox{\kern 20bp Sample contract} \vfil
  \hbox{\kern 150bp \pdfannot width 100bp height 40bp depth 0bp {/Subtype /Widget /F 4 /Parent \field\space 0 R}} \kern 20bp}
\immediate\pdfobj useobjnum \field {<< /FT /Sig /T (approval) /Kids [\the\pdflastannot\space 0 R] >>}
\pdfcatalog{/AcroForm << /Fields [\field\space 0 R] >>}
\end
"""


def by_pdftex(path, work):
    """Plain TeX, with pdfTeX's own words for objects and annotations."""
    producers.put(f'{work}/form.tex', TEX)
    producers.run('pdftex', '-interaction=batchmode', 'form.tex', cwd=work)
    os.replace(f'{work}/form.pdf', path)


def edit_json(source, target, change):
    """@change gets the objects of qpdf's JSON, of the file as qpdf has understood it, and puts in others."""
    made = json.loads(subprocess.run(['qpdf', '--json-output', source, '-'], check=True, capture_output=True, env=producers.QUIET).stdout)
    objects = made['qpdf'][1]
    change(objects)
    made['qpdf'][0]['maxobjectid'] = max(int(name.split()[0][4:]) for name in objects if name != 'trailer')
    with open(target + '.json', 'w', encoding='utf-8') as out:
        json.dump(made, out)
    subprocess.run(['qpdf', '--json-input', target + '.json', '--object-streams=generate', target], check=True, env=producers.QUIET)
    os.remove(target + '.json')


def add_field(objects):
    """An empty signature field and its widget, on the first page."""
    values = {name: entry['value'] for name, entry in objects.items() if 'value' in entry}
    catalogue = values['obj:' + values['trailer']['/Root']]
    page_name = next(name for name, value in values.items() if isinstance(value, dict) and value.get('/Type') == '/Page')
    page = values[page_name]
    form = catalogue.get('/AcroForm', {})
    form = values['obj:' + form] if isinstance(form, str) else form
    fields = form.get('/Fields', [])
    fields = values['obj:' + fields] if isinstance(fields, str) else fields
    annotations = page.get('/Annots', [])
    annotations = values['obj:' + annotations] if isinstance(annotations, str) else annotations
    objects['obj:9001 0 R'] = {'value': {'/FT': '/Sig', '/T': 'u:approval', '/Kids': ['9002 0 R']}}
    objects['obj:9002 0 R'] = {'value': {'/Type': '/Annot', '/Subtype': '/Widget', '/F': 4, '/Parent': '9001 0 R', '/P': page_name[4:],
                                         '/Rect': [150, 20, 250, 60]}}
    form['/Fields'] = [*fields, '9001 0 R']
    page['/Annots'] = [*annotations, '9002 0 R']
    catalogue.setdefault('/AcroForm', form)


def by_qpdf(path, work):
    pdf_maker_path = producers.put(f'{work}/plain.pdf', pdf_maker.write(pdf_maker.plain_objects(1)))
    edit_json(pdf_maker_path, path, add_field)


OFFICE = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles><style:page-layout style:name="p"><style:page-layout-properties fo:page-width="300pt" fo:page-height="200pt" fo:margin="20pt"/>
</style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="p"/></office:master-styles>
<office:body><office:text><office:forms><form:form form:name="f"><form:text form:name="amount" form:id="c1" form:current-value="100"/></form:form></office:forms>
<text:p>Sample contract <draw:control text:anchor-type="as-char" svg:width="60pt" svg:height="14pt" draw:control="c1"/></text:p>
</office:text></office:body></office:document>
"""


def by_libreoffice(path, work):
    """A form with a text field; LibreOffice makes no empty signature field, so that one is put into its form by qpdf."""
    producers.put(f'{work}/form.fodt', OFFICE.encode())
    producers.run('soffice', f'-env:UserInstallation=file://{work}/office', '--headless', '--convert-to', 'pdf', '--outdir', work, f'{work}/form.fodt', timeout=120)
    edit_json(f'{work}/form.pdf', path, add_field)


def by_hand_to_be_drawn(path, _work):
    """Readers are asked to draw all fields anew; those that are there have a look."""
    producers.put(path, hand_made(_10=b'<< /Fields [6 0 R 11 0 R] /NeedAppearances true /DR << /Font << /F1 5 0 R >> >> >>'))


PRODUCERS = {name.removeprefix('by_').replace('_', ' '): function for name, function in sorted(globals().items()) if name.startswith('by_')}


def two_pages_by_pdfbox(path):
    others.pdfbox_fields(path)
