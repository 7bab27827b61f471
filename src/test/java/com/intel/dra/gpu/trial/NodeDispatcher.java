package com.intel.dra.gpu.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers what the mock server does not know and a node agent asks: dry runs, slices by driver and
 * node, patches that remove something, and which object is missing.
 */
final class NodeDispatcher extends StrategicMergeDispatcher {

  private static final Pattern SLICES_SELECTED =
      Pattern.compile("(/resourceslices\\?.*)fieldSelector=[^&]*&?");
  private static final Pattern OBJECT = Pattern.compile("/([a-z]+)/([^/?]+)(\\?.*)?$");

  NodeDispatcher(Map<ServerRequest, Queue<ServerResponse>> answers) {
    super(answers);
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    String path = request.getPath();
    if (request.getMethod().equals("POST") && path.contains("dryRun=")) {
      return notStored(request);
    }
    if (request.getMethod().equals("PATCH") && isMergePatch(request)) {
      return merged(request);
    }
    // the trial has one node and one driver, so all slices are meant
    Matcher selected = SLICES_SELECTED.matcher(path);
    MockResponse answer =
        super.dispatch(selected.find() ? asking(request, selected.replaceFirst("$1")) : request);
    return answer.code() == HttpURLConnection.HTTP_NOT_FOUND && answer.getBody() == null
        ? missing(answer, path)
        : answer;
  }

  private static boolean isMergePatch(RecordedRequest request) {
    return String.valueOf(request.getHeader("Content-Type"))
        .startsWith("application/merge-patch+json");
  }

  /** The mock server keeps members that a patch removes, as null. */
  private MockResponse merged(RecordedRequest patch) {
    MockResponse current = super.dispatch(with(patch, HttpMethod.GET, new byte[0]));
    if (current.code() != HttpURLConnection.HTTP_OK) {
      return missing(current, patch.getPath());
    }
    ObjectNode object = json(current.getBody().getBytes());
    merge(object, json(patch.getBody().getBytes()));
    return super.dispatch(
        with(patch, HttpMethod.PUT, Serialization.asJson(object).getBytes(StandardCharsets.UTF_8)));
  }

  private static RecordedRequest with(RecordedRequest request, HttpMethod method, byte[] body) {
    return new RecordedRequest(
        request.getHttpVersion(),
        method,
        request.getPath(),
        request.getHeaders(),
        new Buffer(body));
  }

  private static ObjectNode json(byte[] object) {
    return Serialization.unmarshal(new String(object, StandardCharsets.UTF_8), ObjectNode.class);
  }

  private static void merge(ObjectNode object, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> member : patch.properties()) {
      String name = member.getKey();
      if (member.getValue().isNull()) {
        object.remove(name);
      } else if (member.getValue() instanceof ObjectNode members) {
        merge(
            object.get(name) instanceof ObjectNode known ? known : object.putObject(name), members);
      } else {
        object.set(name, member.getValue());
      }
    }
  }

  private static RecordedRequest asking(RecordedRequest request, String path) {
    return new RecordedRequest(
        request.getHttpVersion(),
        request.method(),
        path,
        request.getHeaders(),
        new Buffer(request.getBody().getBytes()));
  }

  private static MockResponse notStored(RecordedRequest request) {
    ObjectNode object = json(request.getBody().getBytes());
    String id = UUID.randomUUID().toString();
    if (object.path("metadata") instanceof ObjectNode metadata) {
      metadata.put("uid", id);
      if (!metadata.has("name")) {
        metadata.put("name", metadata.path("generateName").asText() + id);
      }
    }
    return new MockResponse()
        .setResponseCode(HttpURLConnection.HTTP_CREATED)
        .setBody(Serialization.asJson(object));
  }

  private static MockResponse missing(MockResponse answer, String path) {
    Matcher object = OBJECT.matcher(path);
    return object.find()
        ? answer.setBody(
            """
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "NotFound",
             "message": "not found", "details": {"kind": "%s", "name": "%s"}, "code": 404}\
            """
                .formatted(object.group(1), object.group(2)))
        : answer;
  }
}
