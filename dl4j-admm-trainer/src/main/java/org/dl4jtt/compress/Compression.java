package org.dl4jtt.compress;

/**
 * The outcome of a {@link Compressor}.
 *
 * @param network the small network, trained and ready
 * @param report how it came about
 */
public record Compression<M>(M network, CompressionReport report) {}
