package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;

import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution for inference by a kernel that it keeps, in the format that suits it best. Of a
 * filtered convolution that is the kernel transformed, four times as many numbers, for which
 * training takes a fifth to a half of its time.
 */
final class KeptKernel {
  private final Routine pack;
  private final Routine inference;

  KeptKernel(Convolution of) {
    convolution_forward.primitive_desc d = of.filtered(dnnl_forward_inference);
    memory.desc from = of.w;
    if (d == null) {
      // In the formats of training: the images on either side do not change theirs.
      d =
          of.describe(
              dnnl_forward_inference,
              dnnl_convolution_direct,
              of.direct.src_desc(),
              of.direct.dst_desc());
    } else {
      from = Format.of(memory.format_tag.abcd, of.window.w()); // what can be transformed
    }
    engine cpu = OneDnn.engine();
    memory kernel = new memory(d.weights_desc(), cpu);
    pack =
        new Routine(new reorder(new reorder.primitive_desc(cpu, from, cpu, d.weights_desc())))
            .reads(DNNL_ARG_FROM, of.w, from)
            .uses(DNNL_ARG_TO, kernel);
    inference = of.ends(d).uses(DNNL_ARG_WEIGHTS, kernel);
  }

  /** From now on by a copy of this kernel. */
  void keep(INDArray w, Buffers buffers) {
    pack.run(buffers.again(), w);
  }

  /** Overwrites z. */
  void infer(INDArray x, INDArray z, @Nullable INDArray bias, Buffers buffers) {
    if (bias == null) {
      inference.run(buffers.again(), x, z);
    } else {
      inference.run(buffers.again(), x, z, bias);
    }
  }
}
