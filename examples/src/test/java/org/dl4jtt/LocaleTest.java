package org.dl4jtt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.lang.reflect.Method;
import java.nio.charset.Charset;
import java.text.DateFormat;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What is written and read is the same whatever the language and the encoding of the system: no
 * Arabic digits, no Turkish i, no decimal comma that a file is then read without.
 */
@AnalyzeClasses(packages = "org.dl4jtt", importOptions = DoNotIncludeTests.class)
class LocaleTest {
  /** What takes the system's language unless it is given one. */
  private static final Map<Class<?>, Set<String>> BY_LOCALE =
      Map.ofEntries(
          Map.entry(String.class, Set.of("format", "toLowerCase", "toUpperCase")),
          Map.entry(PrintStream.class, Set.of("printf", "format")),
          Map.entry(PrintWriter.class, Set.of("printf", "format")),
          Map.entry(Formatter.class, Set.of("<init>")),
          Map.entry(Scanner.class, Set.of("<init>")),
          Map.entry(MessageFormat.class, Set.of("<init>")),
          Map.entry(
              NumberFormat.class,
              Set.of(
                  "getInstance", "getNumberInstance", "getIntegerInstance", "getPercentInstance")),
          Map.entry(DecimalFormatSymbols.class, Set.of("<init>", "getInstance")),
          Map.entry(DateFormat.class, Set.of("getDateInstance", "getTimeInstance")),
          Map.entry(SimpleDateFormat.class, Set.of("<init>")),
          Map.entry(DateTimeFormatter.class, Set.of("ofPattern")));

  /** What takes the system's encoding unless it is given one. */
  private static final Map<Class<?>, Set<String>> BY_CHARSET =
      Map.of(
          InputStreamReader.class, Set.of("<init>"),
          OutputStreamWriter.class, Set.of("<init>"),
          FileReader.class, Set.of("<init>"),
          FileWriter.class, Set.of("<init>"));

  private static final DescribedPredicate<JavaAccess<?>> LEFT_TO_THE_SYSTEM =
      DescribedPredicate.describe(
          "leave language or encoding to the system", LocaleTest::isLeftToTheSystem);

  @ArchTest
  static final ArchRule languageAndEncoding_areSaid =
      noClasses().should().accessTargetWhere(LEFT_TO_THE_SYSTEM);

  /** What the rule is to find. */
  @SuppressWarnings({"DefaultCharset", "DefaultLocale", "StringCaseLocaleUsage"})
  private static final class Careless {
    String formats(int n) {
      return String.format("%d", n);
    }

    String formatted(int n) {
      return "%d".formatted(n);
    }

    String lower(String text) {
      return text.toLowerCase();
    }

    UnaryOperator<String> reference() {
      return String::toUpperCase;
    }

    void prints(PrintStream out, int n) {
      out.printf("%d", n);
    }

    byte[] encodes(String text) {
      return text.getBytes();
    }

    Reader reads(InputStream in) {
      return new InputStreamReader(in);
    }
  }

  @Test
  void rule_findsEachOfThem() {
    JavaClasses careless = new ClassFileImporter().importClasses(Careless.class);
    List<String> found =
        languageAndEncoding_areSaid
            .allowEmptyShould(true)
            .evaluate(careless)
            .getFailureReport()
            .getDetails();
    for (Method method : Careless.class.getDeclaredMethods()) {
      assertThat(found)
          .anyMatch(line -> method.isSynthetic() || line.contains("." + method.getName() + "("));
    }
  }

  private static boolean isLeftToTheSystem(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    List<String> parameters =
        access instanceof JavaCodeUnitAccess<?> call
            ? call.getTarget().getRawParameterTypes().stream().map(JavaClass::getName).toList()
            : List.of();
    if (owner.equals(String.class.getName())) {
      boolean fromBytes = name.equals("<init>") && parameters.contains("[B");
      boolean bytes = fromBytes || name.equals("getBytes");
      if (name.equals("formatted") || bytes && !saysEncoding(parameters)) {
        return true;
      }
    }
    if (owner.equals(DecimalFormat.class.getName()) && name.equals("<init>")) {
      return !parameters.contains(DecimalFormatSymbols.class.getName());
    }
    return names(BY_LOCALE, owner, name) && !parameters.contains(Locale.class.getName())
        || names(BY_CHARSET, owner, name) && !saysCharset(parameters);
  }

  private static boolean names(Map<Class<?>, Set<String>> all, String owner, String name) {
    return all.entrySet().stream()
        .anyMatch(e -> e.getKey().getName().equals(owner) && e.getValue().contains(name));
  }

  private static boolean saysEncoding(List<String> parameters) {
    return parameters.contains(Charset.class.getName())
        || parameters.contains(String.class.getName());
  }

  /** A reader's only text is the name of its file. */
  private static boolean saysCharset(List<String> parameters) {
    return parameters.contains(Charset.class.getName())
        || parameters.size() > 1 && parameters.contains(String.class.getName());
  }
}
