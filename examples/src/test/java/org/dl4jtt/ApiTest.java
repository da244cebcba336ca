package org.dl4jtt;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The public API of the three libraries stands in docs/api.txt, a line for each member: what
 * changes it is a decision, which CHANGELOG.md tells. To write the file anew:
 *
 * <pre>
 *   mvn test -pl examples -am -Dtest=ApiTest -Dsurefire.failIfNoSpecifiedTests=false -Ddl4jtt.api=write
 * </pre>
 */
class ApiTest {
  private static final Path FILE =
      Path.of(System.getProperty("dl4jtt.testdata")).getParent().resolve("docs/api.txt");
  private static final List<String> NOT_API =
      List.of("org.dl4jtt.internal", "org.dl4jtt.tool", "org.dl4jtt.examples");

  @Test
  void publicMembers_areThoseOfTheFile() throws IOException {
    String api = String.join("\n", members()) + "\n";
    if ("write".equals(System.getProperty("dl4jtt.api"))) {
      Files.writeString(FILE, api);
    }
    assertThat(api)
        .as("the public API has changed: say so in CHANGELOG.md and write docs/api.txt anew")
        .isEqualTo(Files.readString(FILE));
  }

  private static TreeSet<String> members() {
    TreeSet<String> members = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.dl4jtt")) {
      if (isApi(type)) {
        members.add(type.getName());
        type.getMembers().stream()
            .filter(ApiTest::isVisible)
            .map(member -> type.getName() + ": " + signature(member))
            .forEach(members::add);
      }
    }
    return members;
  }

  private static boolean isApi(JavaClass type) {
    boolean visible = type.getModifiers().contains(PUBLIC) && !type.isAnonymousClass();
    boolean enclosing = type.getEnclosingClass().map(ApiTest::isApi).orElse(true);
    return visible
        && enclosing
        && NOT_API.stream().noneMatch(name -> type.getPackageName().startsWith(name));
  }

  private static boolean isVisible(JavaMember member) {
    var modifiers = member.getModifiers();
    boolean inherited = !member.getOwner().getModifiers().contains(FINAL);
    return !modifiers.contains(SYNTHETIC)
        && (modifiers.contains(PUBLIC) || (modifiers.contains(PROTECTED) && inherited));
  }

  private static String signature(JavaMember member) {
    String fixed = member.getModifiers().contains(STATIC) ? "static " : "";
    if (member instanceof JavaCodeUnit unit) {
      String parameters =
          unit.getRawParameterTypes().stream()
              .map(JavaClass::getSimpleName)
              .collect(Collectors.joining(", "));
      return fixed
          + unit.getRawReturnType().getSimpleName()
          + " "
          + unit.getName()
          + "("
          + parameters
          + ")";
    }
    return fixed + member.getName();
  }
}
