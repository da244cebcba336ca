package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An array's entries in memory order, in a form that any serializer takes and that needs no natives
 * to be read: doubles for DOUBLE, else floats (a half is a float exactly). Immutable.
 */
final class SerializableArray implements Serializable {
  private static final long serialVersionUID = 1;

  private final float @Nullable [] singles;
  private final double @Nullable [] doubles;

  private SerializableArray(float @Nullable [] singles, double @Nullable [] doubles) {
    this.singles = singles;
    this.doubles = doubles;
  }

  /** A copy of the entries of a contiguous array. */
  static SerializableArray of(INDArray array) {
    INDArray flat = array.reshape(array.ordering(), new long[] {array.length()});
    return array.dataType() == DataType.DOUBLE
        ? new SerializableArray(null, flat.toDoubleVector())
        : new SerializableArray(flat.castTo(DataType.FLOAT).toFloatVector(), null);
  }

  /** The entries of several arrays, one after another. */
  static SerializableArray join(SerializableArray... parts) {
    int length = Arrays.stream(parts).mapToInt(SerializableArray::length).sum();
    boolean wide = parts.length > 0 && parts[0].doubles != null;
    SerializableArray all = zeros(length, wide);
    int at = 0;
    for (SerializableArray part : parts) {
      System.arraycopy(part.array(), 0, all.array(), at, part.length());
      at += part.length();
    }
    return all;
  }

  private static SerializableArray zeros(int length, boolean wide) {
    return wide
        ? new SerializableArray(null, new double[length])
        : new SerializableArray(new float[length], null);
  }

  private Object array() {
    if (doubles != null) {
      return doubles;
    }
    if (singles != null) {
      return singles;
    }
    throw new IllegalStateException("neither floats nor doubles");
  }

  int length() {
    return doubles != null ? doubles.length : singles == null ? 0 : singles.length;
  }

  long bytes() {
    return (long) length() * (doubles != null ? Double.BYTES : Float.BYTES);
  }

  /** Entries {@code from} up to, not including, {@code to}. */
  SerializableArray slice(int from, int to) {
    return doubles != null
        ? new SerializableArray(null, Arrays.copyOfRange(doubles, from, to))
        : new SerializableArray(
            singles == null ? null : Arrays.copyOfRange(singles, from, to), null);
  }

  /** A copy with other numbers added: the k-th of them from entry {@code starts[k]} on. */
  SerializableArray plus(int[] starts, SerializableArray... others) {
    SerializableArray sum = slice(0, length());
    for (int k = 0; k < others.length; k++) {
      sum.add(others[k], starts[k]);
    }
    return sum;
  }

  private void add(SerializableArray other, int start) {
    if (doubles != null && other.doubles != null) {
      for (int i = 0; i < other.doubles.length; i++) {
        doubles[start + i] += other.doubles[i];
      }
    } else if (singles != null && other.singles != null) {
      for (int i = 0; i < other.singles.length; i++) {
        singles[start + i] += other.singles[i];
      }
    }
  }

  /** {@code Σ shares[k] · parts[k]} in this order, in double, rounded once. */
  static SerializableArray weightedSum(double[] shares, SerializableArray... parts) {
    int length = parts[0].length();
    double[] sum = new double[length];
    for (int k = 0; k < parts.length; k++) {
      argument(
          parts[k].length() == length,
          "vectors of %d and %d entries cannot be added",
          length,
          parts[k].length());
      parts[k].addTo(sum, shares[k]);
    }
    return parts[0].doubles != null ? new SerializableArray(null, sum) : narrow(sum);
  }

  private void addTo(double[] sum, double factor) {
    if (doubles != null) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += factor * doubles[i];
      }
    } else if (singles != null) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += factor * singles[i];
      }
    }
  }

  private static SerializableArray narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return new SerializableArray(narrow, null);
  }

  /** A new array with these entries in memory order. */
  INDArray toArray(DataType type, char order, long... shape) {
    INDArray flat =
        doubles != null ? Nd4j.createFromArray(doubles) : Nd4j.createFromArray((float[]) array());
    return flat.castTo(type).reshape(order, shape);
  }

  /** Writes the entries over those of an array, in its memory order. */
  void copyTo(INDArray target) {
    argument(
        target.length() == length(),
        "%d numbers do not fit an array of %d",
        length(),
        target.length());
    target.assign(toArray(target.dataType(), target.ordering(), target.shape()));
  }

  /** Writes the entries, to be read by {@link #read}. */
  void write(DataOutput out) throws IOException {
    out.writeBoolean(doubles != null);
    out.writeInt(length());
    for (int i = 0; i < length(); i++) {
      if (doubles != null) {
        out.writeDouble(doubles[i]);
      } else if (singles != null) {
        out.writeFloat(singles[i]);
      }
    }
  }

  static SerializableArray read(DataInput in) throws IOException {
    boolean wide = in.readBoolean();
    SerializableArray numbers = zeros(in.readInt(), wide);
    for (int i = 0; i < numbers.length(); i++) {
      if (numbers.doubles != null) {
        numbers.doubles[i] = in.readDouble();
      } else if (numbers.singles != null) {
        numbers.singles[i] = in.readFloat();
      }
    }
    return numbers;
  }
}
