/**
 * Training on many machines, by Apache Spark. Start from {@link org.dl4jtt.spark.SparkCompressor}
 * for a whole compression, from {@link org.dl4jtt.spark.SparkAdmm} for a training.
 */
@NullMarked
package org.dl4jtt.spark;

import org.jspecify.annotations.NullMarked;
