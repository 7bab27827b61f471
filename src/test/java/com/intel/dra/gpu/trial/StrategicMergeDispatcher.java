package com.intel.dra.gpu.trial;

import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.regex.Pattern;

/**
 * Answers strategic merge patches of finalizers, which the mock server does not know, as if they
 * were merge patches. That is the same where nobody else has a finalizer, as in the trial.
 */
class StrategicMergeDispatcher extends KubernetesMixedDispatcher {

  private static final String CONTENT_TYPE = "Content-Type";
  private static final Pattern REMOVED =
      Pattern.compile("\"\\$deleteFromPrimitiveList/finalizers\":\\[[^\\]]*]");

  StrategicMergeDispatcher(Map<ServerRequest, Queue<ServerResponse>> answers) {
    super(answers);
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    boolean isStrategic =
        Optional.ofNullable(request.getHeader(CONTENT_TYPE))
            .filter(type -> type.startsWith("application/strategic-merge-patch+json"))
            .isPresent();
    return super.dispatch(isStrategic ? asMergePatch(request) : request);
  }

  private static RecordedRequest asMergePatch(RecordedRequest request) {
    String patch =
        REMOVED
            .matcher(new String(request.getBody().getBytes(), StandardCharsets.UTF_8))
            .replaceFirst("\"finalizers\":null");
    return new RecordedRequest(
        request.getHttpVersion(),
        request.method(),
        request.getPath(),
        request
            .getHeaders()
            .newBuilder()
            .setHeader(CONTENT_TYPE, "application/merge-patch+json")
            .build(),
        new Buffer(patch.getBytes(StandardCharsets.UTF_8)));
  }
}
