// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * XmlSignatures.java: what Apache Santuario makes of the signatures of XML files: a line "FILE-NUMBER NUMBER intact|broken" each, or
 * "FILE-NUMBER NUMBER failed: why". References may lead to files beside them and nowhere else. It trusts nobody: the key is that of the first
 * certificate in KeyInfo. Behind it for each archive time-stamp (XAdES 1.4.1) "archive intact|broken": whether it is about what EN 319 132-1,
 * 5.5.2.2 says, computed here from the standard's text alone; the token itself is not looked at further.
 *
 * Usage: XmlSignatures [--eddsa] FILE…
 * --eddsa: Santuario 2.1 has no name for Ed25519 (RFC 9231, 2.3.12); then the JDK's own checks the value, Santuario everything else.
 */
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.Init;
import org.apache.xml.security.algorithms.SignatureAlgorithm;
import org.apache.xml.security.algorithms.SignatureAlgorithmSpi;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.signature.XMLSignatureException;
import org.apache.xml.security.signature.XMLSignatureInput;
import org.apache.xml.security.utils.Constants;
import org.apache.xml.security.utils.resolver.ResourceResolverContext;
import org.apache.xml.security.utils.resolver.ResourceResolverException;
import org.apache.xml.security.utils.resolver.ResourceResolverSpi;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tsp.TimeStampToken;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

public class XmlSignatures {
  private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";
  private static final String XADES141 = "http://uri.etsi.org/01903/v1.4.1#";

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

  /** Only what a verification asks for. */
  public static class Ed25519 extends SignatureAlgorithmSpi {
    static final String URI = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519";
    private final Signature signature;

    public Ed25519() throws Exception {
      signature = Signature.getInstance("Ed25519", "SunEC");
    }

    @Override
    protected String engineGetURI() {
      return URI;
    }

    @Override
    protected String engineGetJCEAlgorithmString() {
      return "Ed25519";
    }

    @Override
    protected String engineGetJCEProviderName() {
      return "SunEC";
    }

    @Override
    protected void engineUpdate(byte[] input) throws XMLSignatureException {
      engineUpdate(input, 0, input.length);
    }

    @Override
    protected void engineUpdate(byte input) throws XMLSignatureException {
      engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) throws XMLSignatureException {
      try {
        signature.update(input, offset, length);
      } catch (SignatureException e) {
        throw new XMLSignatureException(e);
      }
    }

    @Override
    protected void engineInitVerify(Key key) throws XMLSignatureException {
      try {
        KeyFactory factory = KeyFactory.getInstance("Ed25519", "SunEC");
        signature.initVerify(factory.generatePublic(new X509EncodedKeySpec(key.getEncoded())));
      } catch (GeneralSecurityException e) {
        throw new XMLSignatureException(e);
      }
    }

    @Override
    protected boolean engineVerify(byte[] value) throws XMLSignatureException {
      try {
        return signature.verify(value);
      } catch (SignatureException e) {
        throw new XMLSignatureException(e);
      }
    }

    @Override
    protected void engineInitSign(Key key, SecureRandom random) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void engineInitSign(Key key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void engineInitSign(Key key, AlgorithmParameterSpec parameters) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected byte[] engineSign() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec parameters) {}

    @Override
    protected void engineSetHMACOutputLength(int length) {
      throw new UnsupportedOperationException();
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

  private static Element child(Node parent, String namespace, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (name.equals(node.getLocalName()) && namespace.equals(node.getNamespaceURI())) {
        return (Element) node;
      }
    }
    return null;
  }

  /* What an archive time-stamp at that place is about */
  private static byte[] archived(Element element, XMLSignature signature, Node stamp) throws Exception {
    String method = child(stamp, Constants.SignatureSpecNS, "CanonicalizationMethod").getAttribute("Algorithm");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < signature.getSignedInfo().getLength(); i++) {
      all.write(signature.getSignedInfo().item(i).getContentsAfterTransformation().getBytes());
    }
    for (String name : new String[] {"SignedInfo", "SignatureValue", "KeyInfo"}) {
      all.write(Canonicalizer.getInstance(method).canonicalizeSubtree(child(element, Constants.SignatureSpecNS, name)));
    }
    for (Node node = stamp.getParentNode().getFirstChild(); node != stamp; node = node.getNextSibling()) {
      if (node instanceof Element) {
        all.write(Canonicalizer.getInstance(method).canonicalizeSubtree(node));
      }
    }
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if ("Object".equals(node.getLocalName()) && child(node, XADES, "QualifyingProperties") == null) {
        all.write(Canonicalizer.getInstance(method).canonicalizeSubtree(node));
      }
    }
    return all.toByteArray();
  }

  private static String judgeArchives(Element element, XMLSignature signature) throws Exception {
    StringBuilder said = new StringBuilder();
    NodeList stamps = element.getElementsByTagNameNS(XADES141, "ArchiveTimeStamp");
    for (int i = 0; i < stamps.getLength(); i++) {
      String text = child(stamps.item(i), XADES, "EncapsulatedTimeStamp").getTextContent();
      TimeStampToken token = new TimeStampToken(new CMSSignedData(Base64.getMimeDecoder().decode(text)));
      MessageDigest digest = MessageDigest.getInstance(token.getTimeStampInfo().getMessageImprintAlgOID().getId(), "BC");
      boolean same = Arrays.equals(digest.digest(archived(element, signature, stamps.item(i))), token.getTimeStampInfo().getMessageImprintDigest());
      said.append(same ? " archive intact" : " archive broken");
    }
    return said.toString();
  }

  private static String judge(Element element, File file) {
    try {
      XMLSignature signature = new XMLSignature(element, file.toURI().toString(), true);
      signature.addResourceResolver(new Beside(file.getAbsoluteFile().getParentFile().toPath()));
      boolean good = signature.checkSignatureValue(signature.getKeyInfo().getX509Certificate());
      return (good ? "intact" : "broken") + judgeArchives(element, signature);
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
    int first = arguments.length > 0 && arguments[0].equals("--eddsa") ? 1 : 0;
    if (first == 1) {
      SignatureAlgorithm.register(Ed25519.URI, Ed25519.class);
    }
    for (int i = first; i < arguments.length; i++) {
      tell(i - first + 1, new File(arguments[i]));
    }
  }
}
