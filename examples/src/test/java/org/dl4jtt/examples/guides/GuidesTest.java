package org.dl4jtt.examples.guides;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guides: their code is code that is compiled and run, their links lead somewhere. */
class GuidesTest {
  private static final Path ROOT = Path.of(System.getProperty("dl4jtt.testdata")).getParent();
  private static final Pattern CODE =
      Pattern.compile("<!-- from (\\S+) -->\\n```\\w+\\n(.*?)\\n```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  static List<Path> guides() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              docs.filter(path -> path.toString().endsWith(".md")),
              Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guides")
  void codeWithASource_standsThere(Path guide) throws IOException {
    for (Matcher m = CODE.matcher(Files.readString(guide)); m.find(); ) {
      String source = Files.readString(ROOT.resolve(m.group(1)));
      assertThat(unindented(source))
          .as("%s, from %s", guide, m.group(1))
          .contains(unindented(m.group(2)));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guides")
  void links_leadToFiles(Path guide) throws IOException {
    for (Matcher m = LINK.matcher(Files.readString(guide)); m.find(); ) {
      assertThat(guide.resolveSibling(m.group(1))).as("link in %s", guide).exists();
    }
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
