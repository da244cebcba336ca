package org.dl4jtt.compress;

import java.io.IOException;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.jsontype.TypeSerializer;

/** Writes the network's own loss in place of the one that it is fitted with for now. */
final class OwnLossSerializer extends JsonSerializer<SoftTargetLoss> {
  @Override
  public void serialize(SoftTargetLoss loss, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    provider.defaultSerializeValue(loss.own(), out);
  }

  @Override
  public void serializeWithType(
      SoftTargetLoss loss, JsonGenerator out, SerializerProvider provider, TypeSerializer type)
      throws IOException {
    provider
        .findValueSerializer(loss.own().getClass())
        .serializeWithType(loss.own(), out, provider, type);
  }
}
