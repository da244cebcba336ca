package org.dl4jtt.admm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dl4jtt.plan.CompressionPlan;

/** What every update of Z and U found, weight by weight. */
public final class AdmmHistory {

  /**
   * One weight at one update.
   *
   * @param update number of the update, from 1
   * @param epoch of the network, from 0
   * @param iteration of the network, from 0
   * @param layer the weight's layer
   * @param parameter the weight's name
   * @param rho that the residuals were found with
   * @param found residuals, relative distances, energy kept
   * @param penalty ρ/2 ‖W − Z + U‖² before the update: what DL4J's score leaves out
   * @param score the network's last score as DL4J has it; without the penalty
   * @param projectedScore of the network with every W replaced by its Z, after the update; NaN if
   *     no evaluation was asked for
   */
  public record Entry(
      int update,
      int epoch,
      int iteration,
      String layer,
      String parameter,
      double rho,
      AdmmUpdate found,
      double penalty,
      double score,
      double projectedScore) {

    /** Of all workers, where this is one of their mean. */
    Entry among(List<WorkerSpread> spreads) {
      return spreads.stream()
          .filter(s -> s.layer().equals(layer) && s.parameter().equals(parameter))
          .findFirst()
          .map(
              s ->
                  new Entry(
                      update,
                      epoch,
                      iteration,
                      layer,
                      parameter,
                      rho,
                      s.among(found),
                      rho / 2 * s.pull(),
                      score,
                      projectedScore))
          .orElse(this);
    }

    Entry withProjectedScore(double newScore) {
      return new Entry(
          update, epoch, iteration, layer, parameter, rho, found, penalty, score, newScore);
    }
  }

  /**
   * Ranks that were chosen again.
   *
   * @param update from which on they hold, that of the same number in the entries
   * @param epoch of the network, from 0
   * @param plan that holds from here
   */
  public record Replanned(int update, int epoch, CompressionPlan plan) {}

  private static final String HEADER =
      "update,epoch,iteration,layer,parameter,rho,primal,dual,relativeDistance,relativeChange,"
          + "energyKept,penalty,score,projectedScore\n";

  private final List<Entry> entries = new ArrayList<>();
  private final List<Replanned> plans = new ArrayList<>();

  synchronized void add(List<Entry> update) {
    entries.addAll(update);
  }

  synchronized void add(Replanned replanned) {
    plans.add(replanned);
  }

  synchronized void replace(List<Entry> savedEntries, List<Replanned> savedPlans) {
    entries.clear();
    entries.addAll(savedEntries);
    plans.clear();
    plans.addAll(savedPlans);
  }

  /** All entries, oldest first; a copy. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The plans that followed the first, oldest first; empty without replanning. A copy. */
  public synchronized List<Replanned> plans() {
    return List.copyOf(plans);
  }

  /** The entries of the last update; empty before the first. */
  public synchronized List<Entry> last() {
    if (entries.isEmpty()) {
      return List.of();
    }
    int update = entries.get(entries.size() - 1).update();
    return entries.stream().filter(e -> e.update() == update).toList();
  }

  /** One line for each entry under a line of names; full precision, decimal points. */
  public String toCsv() {
    StringBuilder csv = new StringBuilder(HEADER);
    for (Entry e : entries()) {
      AdmmUpdate f = e.found();
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n",
              e.update(),
              e.epoch(),
              e.iteration(),
              quoted(e.layer()),
              quoted(e.parameter()),
              e.rho(),
              f.residuals().primal(),
              f.residuals().dual(),
              f.relativeDistance(),
              f.relativeChange(),
              f.energyKept(),
              e.penalty(),
              e.score(),
              e.projectedScore()));
    }
    return csv.toString();
  }

  /** RFC 4180, section 2.6 and 2.7. */
  private static String quoted(String name) {
    boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
