package com.intel.dra.gpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditLogTest {

  @ParameterizedTest
  @CsvSource({
    "list, /api/v1/pods?limit=500&resourceVersion=0, list pods",
    "list, /api/v1/pods?resourceVersion=0&limit=500, list pods",
    "list, /api/v1/pods?resourceVersion=0, list pods (without pages)",
    "list, /api/v1/pods, list pods (without pages)",
    "list, /api/v1/pods?limit=0, list pods (without pages)",
    "list, /api/v1/pods?fieldSelector=metadata.name%3Dx, list pods",
    "list, /api/v1/pods?fieldSelector=spec.nodeName%3Dx, list pods (without pages)",
    "update, /api/v1/pods?dryRun=All, update pods (dry run)",
    "get, /api/v1/pods/x, get pods"
  })
  void aListThatIsNotReadInPagesIsMarked(String verb, String uri, String name)
      throws JsonProcessingException {
    assertThat(
            AuditLog.name(
                JsonMapper.builder()
                    .build()
                    .readTree(
                        """
                        {"verb": "%s", "requestURI": "%s", "objectRef": {"resource": "pods"},
                         "responseStatus": {"code": 200}}
                        """
                            .formatted(verb, uri))))
        .isEqualTo(name);
  }
}
