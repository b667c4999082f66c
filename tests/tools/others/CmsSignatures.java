// SPDX-License-Identifier: GPL-3.0-or-later
import java.io.File;
import java.nio.file.Files;
import java.security.Security;
import java.util.Collection;

import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableFile;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.util.Store;

/**
 * What BouncyCastle makes of the signatures of CMS files, a line each: "FILE-NUMBER ID intact|broken", ID being "1", "2" for those beside each other and "1.1" for
 * a countersignature over the first; "FILE-NUMBER 0 failed: why" when the file cannot be read. It judges mathematics, not trust.
 * Usage: java -cp … CmsSignatures CMS CONTENT …; CONTENT is empty when it is inside.
 */
public class CmsSignatures {
    private static boolean verifies(SignerInformation signer, Store<X509CertificateHolder> certificates) {
        try {
            Collection<?> found = certificates.getMatches(signer.getSID());
            return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build((X509CertificateHolder) found.iterator().next()));
        } catch (Exception exception) {
            return false;
        }
    }

    private static void tell(String before, SignerInformationStore signers, Store<X509CertificateHolder> certificates) {
        int number = 0;
        for (SignerInformation signer : signers) {
            String id = before + ++number;
            System.out.println(id + (verifies(signer, certificates) ? " intact" : " broken"));
            tell(id + ".", signer.getCounterSignatures(), certificates);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String before = (i / 2 + 1) + " ";
            try {
                byte[] cms = Files.readAllBytes(new File(arguments[i]).toPath());
                CMSSignedData signed = arguments[i + 1].isEmpty() ? new CMSSignedData(cms)
                    : new CMSSignedData(new CMSProcessableFile(new File(arguments[i + 1])), cms);
                tell(before, signed.getSignerInfos(), signed.getCertificates());
            } catch (Exception exception) {
                System.out.println(before + "0 failed: " + exception);
            }
        }
    }
}
