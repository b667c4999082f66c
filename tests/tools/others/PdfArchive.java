// SPDX-License-Identifier: GPL-3.0-or-later
import java.io.File;

import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** What PDFBox preflight has against files that say they are PDF/A-1b: a line "FILE-NUMBER CODE DETAILS" for each thing. Usage: FILE … */
public class PdfArchive {
    private static ValidationResult validate(String path) throws Exception {
        PreflightParser parser = new PreflightParser(new File(path));
        try {
            parser.parse();
            try (PreflightDocument document = parser.getPreflightDocument()) {
                document.validate();
                return document.getResult();
            }
        } catch (SyntaxValidationException exception) {
            return exception.getResult();
        }
    }

    public static void main(String[] arguments) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();
        for (int i = 0; i < arguments.length; i++)
            for (ValidationResult.ValidationError error : validate(arguments[i]).getErrorsList())
                System.out.println((i + 1) + " " + error.getErrorCode() + " " + error.getDetails());
    }
}
