package org.dl4jtt.tool;

import java.util.List;
import java.util.Locale;
import org.dl4jtt.plan.PlanBuilder;
import org.dl4jtt.tool.cli.Ratio;
import picocli.CommandLine;

/**
 * What a plan is to reach: {@code weights=1/4}.
 *
 * @param unit what is counted
 * @param ratio after / before, of the whole network
 */
record TargetOption(Unit unit, double ratio) {
  /** What is counted. */
  enum Unit {
    WEIGHTS,
    FLOPS,
    TIME
  }

  PlanBuilder applyTo(PlanBuilder plan) {
    return switch (unit) {
      case WEIGHTS -> plan.weights(ratio);
      case FLOPS -> plan.flops(ratio);
      case TIME -> plan.time(ratio);
    };
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s=%.4g", unit.name().toLowerCase(Locale.ROOT), ratio);
  }

  /** From the command line. */
  static final class Converter implements CommandLine.ITypeConverter<TargetOption> {
    @Override
    public TargetOption convert(String value) {
      List<String> parts = List.of(value.split("=", -1));
      for (Unit unit : Unit.values()) {
        if (parts.size() == 2 && parts.get(0).equalsIgnoreCase(unit.name())) {
          return new TargetOption(unit, new Ratio().convert(parts.get(1)));
        }
      }
      throw new CommandLine.TypeConversionException(
          "'" + value + "' is no target; give weights=1/4, flops=1/2.5 or time=1/2");
    }
  }
}
