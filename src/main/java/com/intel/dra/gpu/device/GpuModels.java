package com.intel.dra.gpu.device;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of GPU models, {@code gpu-models.json}, which names its source. The abilities of a GPU
 * are never read from it, because the kernel shows those of the actual GPU.
 */
public final class GpuModels {

  private static final String TABLE = "gpu-models.json";
  private static final Map<PciDeviceId, GpuModel> MODELS = read();

  private GpuModels() {}

  /** The model with this id; {@link GpuModel#UNKNOWN} if the id is not in the table. */
  public static GpuModel of(PciDeviceId id) {
    return MODELS.getOrDefault(id, GpuModel.OF_UNKNOWN_ID);
  }

  /** Whether the id is known to be that of a GPU, regardless of the function's PCI class. */
  public static boolean contains(PciDeviceId id) {
    return MODELS.containsKey(id);
  }

  /** The names of all models in the table. */
  public static Set<String> names() {
    return MODELS.values().stream().map(GpuModel::model).collect(Collectors.toUnmodifiableSet());
  }

  private static Map<PciDeviceId, GpuModel> read() {
    var mapper =
        new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
    try (var in =
        Objects.requireNonNull(GpuModels.class.getResourceAsStream(TABLE), TABLE + " is missing")) {
      var models = new HashMap<PciDeviceId, GpuModel>();
      for (Family family : mapper.readValue(in, Table.class).families()) {
        for (Row row : family.models()) {
          var model = new GpuModel(row.model(), family.family(), Optional.of(family.driver()));
          for (String id : row.ids()) {
            if (models.put(new PciDeviceId(id), model) != null) {
              throw new IllegalStateException(TABLE + " has two rows for " + id);
            }
          }
        }
      }
      return Map.copyOf(models);
    } catch (IOException e) {
      throw new UncheckedIOException(TABLE + " is damaged", e);
    }
  }

  record Table(String source, List<Family> families) {}

  record Family(String family, String driver, List<Row> models) {}

  record Row(List<String> ids, String model) {}
}
