// SPDX-License-Identifier: GPL-3.0-or-later
import java.io.File;
import java.security.MessageDigest;
import java.util.Arrays;

import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * What PDFBox and BouncyCastle make of the signatures of a PDF, a line each:
 * "FIELD-NUMBER KIND intact|broken whole|part [time-stamp intact|broken]", then "evidence CERTIFICATES OCSP CRLS".
 * Usage: java -cp … PdfSignatures FILE [PASSWORD], or --each FILE PASSWORD … with the file's number before each line. They judge mathematics and coverage, not trust.
 */
public class PdfSignatures {
    private static boolean verifies(CMSSignedData signed) throws Exception {
        boolean all = !signed.getSignerInfos().getSigners().isEmpty();
        for (SignerInformation signer : signed.getSignerInfos()) {
            Object holder = signed.getCertificates().getMatches(signer.getSID()).iterator().next();
            all &= signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build((X509CertificateHolder) holder));
        }
        return all;
    }

    private static boolean stamps(TimeStampToken token, byte[] data) throws Exception {
        X509CertificateHolder tsa = (X509CertificateHolder) token.getCertificates().getMatches(token.getSID()).iterator().next();
        byte[] imprint = MessageDigest.getInstance(token.getTimeStampInfo().getMessageImprintAlgOID().getId(), "BC").digest(data);
        token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(tsa));
        return Arrays.equals(imprint, token.getTimeStampInfo().getMessageImprintDigest());
    }

    private static String timestamp(CMSSignedData signed) {
        SignerInformation signer = signed.getSignerInfos().iterator().next();
        Attribute attribute = signer.getUnsignedAttributes() == null ? null
            : signer.getUnsignedAttributes().get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        if (attribute == null)
            return "";
        try {
            byte[] der = attribute.getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded();
            return stamps(new TimeStampToken(new CMSSignedData(der)), signer.getSignature()) ? " time-stamp intact" : " time-stamp broken";
        } catch (Exception exception) {
            return " time-stamp broken";
        }
    }

    private static String judge(PDSignature signature, byte[] file) {
        byte[] contents = signature.getContents();
        try {
            byte[] covered = signature.getSignedContent(file);
            if ("ETSI.RFC3161".equals(signature.getSubFilter()))
                return stamps(new TimeStampToken(new CMSSignedData(contents)), covered) ? "intact" : "broken";
            CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(covered), contents);
            return (verifies(signed) ? "intact" : "broken") + timestamp(signed);
        } catch (Exception exception) {
            return "broken";
        }
    }

    private static String coverage(PDSignature signature, byte[] file) {
        int[] range = signature.getByteRange();
        boolean whole = range.length == 4 && range[0] == 0 && range[2] + range[3] == file.length
            && range[2] - range[1] == 2 + 2 * signature.getContents().length;
        return whole ? "whole" : "part";
    }

    private static int count(COSDictionary dss, String name) throws Exception {
        COSBase array = dss.getDictionaryObject(COSName.getPDFName(name));
        int number = 0;
        for (int i = 0; array instanceof COSArray && i < ((COSArray) array).size(); i++) {
            byte[] der = ((COSStream) ((COSArray) array).getObject(i)).createInputStream().readAllBytes();
            if (name.equals("Certs"))
                new X509CertificateHolder(der);
            else if (name.equals("OCSPs"))
                new OCSPResp(der).getResponseObject();
            else
                new X509CRLHolder(der);
            number++;
        }
        return number;
    }

    private static void tell(String path, String password, String before) throws Exception {
        byte[] file = java.nio.file.Files.readAllBytes(new File(path).toPath());
        try (PDDocument document = PDDocument.load(file, password)) {
            int number = 0;
            for (PDSignature signature : document.getSignatureDictionaries()) {
                String kind = "ETSI.RFC3161".equals(signature.getSubFilter()) ? "document-timestamp" : "signature";
                String judged = judge(signature, file);
                String[] words = judged.split(" ", 2);
                System.out.println(before + ++number + " " + kind + " " + words[0] + " " + coverage(signature, file)
                    + (words.length > 1 ? " " + words[1] : ""));
            }
            COSBase dss = document.getDocumentCatalog().getCOSObject().getDictionaryObject(COSName.getPDFName("DSS"));
            if (dss instanceof COSDictionary)
                System.out.println(before + "evidence " + count((COSDictionary) dss, "Certs") + " " + count((COSDictionary) dss, "OCSPs") + " "
                    + count((COSDictionary) dss, "CRLs"));
        }
    }

    public static void main(String[] arguments) throws Exception {
        java.security.Security.addProvider(new BouncyCastleProvider());
        java.util.logging.LogManager.getLogManager().reset();
        if (!arguments[0].equals("--each")) {
            tell(arguments[0], arguments.length > 1 ? arguments[1] : "", "");
            return;
        }
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            try {
                tell(arguments[i], arguments[i + 1], (i / 2 + 1) + " ");
            } catch (Exception exception) {
                System.out.println((i / 2 + 1) + " failed: " + exception);
            }
        }
    }
}
