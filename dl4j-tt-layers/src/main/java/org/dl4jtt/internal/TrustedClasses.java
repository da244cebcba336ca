package org.dl4jtt.internal;

import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a model's configuration may name. DL4J makes an object of each, which runs code
 * of theirs. With {@code -Dorg.dl4jtt.trust=com.acme,com.example} only those of DL4J, ND4J, this
 * project and the packages named are made, with {@code -Dorg.dl4jtt.trust=} none but the former;
 * without the property, all are, as in DL4J itself.
 */
public final class TrustedClasses {
  /** The system property. */
  public static final String PROPERTY = "org.dl4jtt.trust";

  private static final List<String> OWN =
      List.of("org.deeplearning4j.", "org.nd4j.", "org.dl4jtt.");

  /** What DL4J's configurations name classes by; "type" is that of distributions. */
  private static final Set<String> NAMES = Set.of("@class", "type");

  private static final Pattern CLASS_NAME = Pattern.compile("[\\w$]+(\\.[\\w$]+)+");

  /** Prefixes; null for all. */
  private static volatile @Nullable List<String> trusted = ofProperty();

  private TrustedClasses() {}

  private static @Nullable List<String> ofProperty() {
    String packages = System.getProperty(PROPERTY);
    return packages == null ? null : prefixes(List.of(packages.split("[,\\s]+", -1)));
  }

  private static List<String> prefixes(List<String> packages) {
    List<String> prefixes = new ArrayList<>(OWN);
    packages.stream().filter(name -> !name.isEmpty()).forEach(name -> prefixes.add(name + "."));
    return List.copyOf(prefixes);
  }

  /** From now on only DL4J's, ND4J's and ours, and those of these packages and below. */
  public static void restrictTo(List<String> packages) {
    trusted = prefixes(packages);
  }

  /**
   * The classes that a configuration names and that are not trusted, sorted.
   *
   * @throws IllegalArgumentException if it is no JSON, or beyond the bounds of {@link JsonText}
   */
  public static Set<String> untrusted(String configuration, String what) {
    Set<String> found = new TreeSet<>();
    JsonText.scan(
        configuration,
        what,
        (name, text) -> {
          boolean isWord = name.equals("type") && !text.contains(".") && !isHere(text);
          if (NAMES.contains(name) && !isWord && !isTrusted(text)) {
            found.add(text);
          }
        });
    return found;
  }

  /** Whether a class may be loaded by its name. */
  public static boolean isTrusted(String name) {
    List<String> prefixes = trusted;
    return prefixes == null
        || (CLASS_NAME.matcher(name).matches() && prefixes.stream().anyMatch(name::startsWith));
  }

  /** Whether a class is on the class path; it is not loaded. */
  public static boolean isHere(String name) {
    URL found =
        TrustedClasses.class.getClassLoader().getResource(name.replace('.', '/') + ".class");
    return found != null;
  }
}
