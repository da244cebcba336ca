package org.dl4jtt.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.dl4jtt.internal.files.WholeFile;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the benchmarks and reports how many times faster each contender is than the first of its
 * row, with its error.
 *
 * <pre>
 *   examples/benchmarks/run Benchmarks --quick
 * </pre>
 *
 * <p>A contender that failed leaves its row incomplete, and the exit status is 1. JMH starts a new
 * JVM for every number, so the class path must be the one of this JVM (not Maven's exec:java).
 */
@Command(
    name = "benchmarks",
    mixinStandardHelpOptions = true,
    description = "Times the layers side by side and writes ratios as a table and as JSON.")
public final class Benchmarks implements Callable<Integer> {

  @Option(
      names = "--quick",
      description = "A few short measurements and two batch sizes: minutes, wider errors.")
  private boolean quick;

  @Option(
      names = "--only",
      defaultValue = ".*",
      description = "Regular expression for the benchmarks to run, as in 'DenseBenchmark.output'.")
  private String only = ".*";

  @Option(
      names = "--param",
      description = "Restricts a parameter, as in 'batch=1,100' or 'stage=C64_S56'; repeatable.")
  private Map<String, String> params = new LinkedHashMap<>();

  @Option(
      names = "--out",
      defaultValue = "target/benchmarks",
      description = "Directory of benchmarks.json and benchmarks.txt (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("target", "benchmarks");

  @Option(
      names = "--in-process",
      description = "No new JVMs: for tests and debuggers, not for numbers.")
  private boolean inProcess;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Benchmarks()).execute(args));
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    List<Speedup> ratios = Speedup.of(new Runner(options().build()).run());
    String table = Speedup.table(ratios);
    Files.createDirectories(out);
    WholeFile.write(out.resolve("benchmarks.txt"), table);
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    WholeFile.write(
        out.resolve("benchmarks.json"),
        json.writeValueAsString(Map.of("machine", machine(), "ratios", ratios)));
    System.out.println(table);
    return Speedup.isComplete(ratios) ? 0 : 1;
  }

  private ChainedOptionsBuilder options() {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("org\\.dl4jtt\\.benchmarks\\..*" + only)
            .forks(inProcess ? 0 : 1)
            .shouldFailOnError(false)
            .measurementIterations(quick ? 5 : 6)
            .measurementTime(TimeValue.milliseconds(quick ? 200 : 400));
    if (quick) { // else as each benchmark says: a network takes a hundred steps to get to its speed
      options.warmupIterations(2).warmupTime(TimeValue.milliseconds(400));
    }
    if (quick && !params.containsKey("batch")) {
      options.param("batch", "1", "100");
    }
    params.forEach((name, values) -> options.param(name, values.split(",", -1)));
    return options;
  }

  private static Map<String, String> machine() {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    machine.put("java", System.getProperty("java.vm.version"));
    for (String variable : List.of("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OPENBLAS_CORETYPE")) {
      machine.put(variable, String.valueOf(System.getenv(variable)));
    }
    return machine;
  }
}
