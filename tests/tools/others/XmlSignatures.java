// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * XmlSignatures.java: what Apache Santuario makes of the signatures of XML files: a line "FILE-NUMBER NUMBER intact|broken" each, or
 * "FILE-NUMBER NUMBER failed: why". References may lead to files beside them and nowhere else. It trusts nobody: the key is that of the first
 * certificate in KeyInfo.
 *
 * Usage: XmlSignatures FILE…
 */
import java.io.File;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.Init;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.signature.XMLSignatureInput;
import org.apache.xml.security.utils.Constants;
import org.apache.xml.security.utils.resolver.ResourceResolverContext;
import org.apache.xml.security.utils.resolver.ResourceResolverException;
import org.apache.xml.security.utils.resolver.ResourceResolverSpi;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class XmlSignatures {
  private static class Beside extends ResourceResolverSpi {
    private final Path folder;

    Beside(Path folder) {
      this.folder = folder;
    }

    @Override
    public boolean engineCanResolveURI(ResourceResolverContext context) {
      String uri = context.uriToResolve;
      return uri != null && !uri.isEmpty() && !uri.startsWith("#");
    }

    @Override
    public XMLSignatureInput engineResolveURI(ResourceResolverContext context) throws ResourceResolverException {
      String name = URLDecoder.decode(context.uriToResolve.replace("+", "%2B"), StandardCharsets.UTF_8);
      try {
        return new XMLSignatureInput(Files.readAllBytes(folder.resolve(new File(name).getName())));
      } catch (IOException e) {
        throw new ResourceResolverException(e, context.uriToResolve, context.baseUri, "empty");
      }
    }
  }

  private static Document parse(File file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Document document = factory.newDocumentBuilder().parse(file);
    NodeList all = document.getElementsByTagNameNS("*", "*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (element.hasAttributeNS(null, "Id")) {
        element.setIdAttributeNS(null, "Id", true);
      }
    }
    return document;
  }

  private static String judge(Element element, File file) {
    try {
      XMLSignature signature = new XMLSignature(element, file.toURI().toString(), true);
      signature.addResourceResolver(new Beside(file.getAbsoluteFile().getParentFile().toPath()));
      return signature.checkSignatureValue(signature.getKeyInfo().getX509Certificate()) ? "intact" : "broken";
    } catch (Exception e) {
      return "failed: " + e.getMessage();
    }
  }

  private static void tell(int number, File file) {
    try {
      NodeList found = parse(file).getElementsByTagNameNS(Constants.SignatureSpecNS, Constants._TAG_SIGNATURE);
      for (int i = 0; i < found.getLength(); i++) {
        System.out.println(number + " " + (i + 1) + " " + judge((Element) found.item(i), file));
      }
    } catch (Exception e) {
      System.out.println(number + " 0 failed: " + e.getMessage());
    }
  }

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    Init.init();
    for (int i = 0; i < arguments.length; i++) {
      tell(i + 1, new File(arguments[i]));
    }
  }
}
