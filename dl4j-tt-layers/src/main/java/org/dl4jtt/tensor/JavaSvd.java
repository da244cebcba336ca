package org.dl4jtt.tensor;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link Svd} by Commons Math: no native code, some twenty times slower than LAPACK. */
final class JavaSvd implements Svd {
  @Override
  public Factors of(INDArray matrix) {
    RealMatrix a = new Array2DRowRealMatrix(matrix.toDoubleMatrix(), false);
    SingularValueDecomposition svd = new SingularValueDecomposition(a);
    return new Factors(
        Nd4j.createFromArray(svd.getU().getData()),
        Nd4j.createFromArray(svd.getSingularValues()),
        Nd4j.createFromArray(svd.getVT().getData()));
  }
}
