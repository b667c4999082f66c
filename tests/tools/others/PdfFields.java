// SPDX-License-Identifier: GPL-3.0-or-later
import java.io.File;
import java.util.List;

import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceCharacteristicsDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/** A form as PDFBox makes it: the signature field "approval" with a widget on each of two pages, one of them turned. Sample data. Usage: FILE */
public class PdfFields {
    private static PDAnnotationWidget widget(PDDocument document, PDPage page, PDRectangle place, boolean turned) throws Exception {
        PDAnnotationWidget widget = new PDAnnotationWidget();
        PDAppearanceStream stream = new PDAppearanceStream(document);
        PDAppearanceDictionary looks = new PDAppearanceDictionary();
        widget.setRectangle(place);
        widget.setPage(page);
        widget.setPrinted(true);
        stream.setBBox(new PDRectangle(place.getWidth(), place.getHeight()));
        try (PDPageContentStream content = new PDPageContentStream(document, stream)) {
            content.setNonStrokingColor(0.8f, 0.2f, 0.2f);
            content.addRect(0, 0, place.getWidth(), place.getHeight());
            content.fill();
        }
        looks.setNormalAppearance(stream);
        widget.setAppearance(looks);
        if (turned) {
            PDAppearanceCharacteristicsDictionary manner = new PDAppearanceCharacteristicsDictionary(new org.apache.pdfbox.cos.COSDictionary());
            manner.setRotation(90);
            widget.setAppearanceCharacteristics(manner);
        }
        page.getAnnotations().add(widget);
        return widget;
    }

    public static void main(String[] arguments) throws Exception {
        try (PDDocument document = new PDDocument()) {
            PDPage first = new PDPage(new PDRectangle(300, 200)), second = new PDPage(new PDRectangle(300, 200));
            PDAcroForm form = new PDAcroForm(document);
            PDSignatureField field = new PDSignatureField(form);
            document.addPage(first);
            document.addPage(second);
            for (PDPage page : List.of(first, second))
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(PDType1Font.HELVETICA, 18);
                    content.newLineAtOffset(20, 150);
                    content.showText("Sample contract");
                    content.endText();
                }
            document.getDocumentCatalog().setAcroForm(form);
            field.setPartialName("approval");
            field.setWidgets(List.of(widget(document, first, new PDRectangle(150, 20, 100, 40), false), widget(document, second, new PDRectangle(20, 20, 40, 100), true)));
            form.getFields().add(field);
            document.save(new File(arguments[0]));
        }
    }
}
