package com.intel.dra.gpu.controller.answering;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Has the explainer answer on the port of health and metrics. Nobody is known there, so that few
 * questions are taken at a time, and none that is large or slow to come in.
 */
public final class ExplainEndpoint {

  static final int MAX_BODY_BYTES = 1024 * 1024;

  /** Questions that are taken at a time; the threads that answer probes are many more. */
  static final int MAX_QUESTIONS = 4;

  /** So long a request may take to come in. */
  private static final Duration MOST_TIME = Duration.ofSeconds(10);

  private static final int NOT_FOUND = 404;
  private static final int TOO_LARGE = 413;
  private static final int BUSY = 503;
  private static final String FIT = "/explain/fit";
  private static final String QUESTION = "question";

  private final BooleanSupplier isOn;
  private final Supplier<Optional<Answers>> answers;
  private final AtomicInteger questions = new AtomicInteger();

  /**
   * @param answers empty while there are none yet
   */
  public ExplainEndpoint(BooleanSupplier isOn, Supplier<Optional<Answers>> answers) {
    this.isOn = isOn;
    this.answers = answers;
  }

  /** Adds its paths. Call this once. */
  public void add(Router router) {
    router
        .get("/explain/pods/:namespace/:name")
        .handler(this::take)
        .blockingHandler(
            context ->
                answer(
                    context,
                    known -> known.pod(context.pathParam("namespace"), context.pathParam("name"))),
            false);
    router.route(HttpMethod.POST, FIT).handler(this::take);
    router
        .route(HttpMethod.POST, FIT)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .blockingHandler(
            context ->
                answer(
                    context,
                    known ->
                        known.fit(
                            context.queryParams().contains("namespace")
                                ? context.queryParams().get("namespace")
                                : "default",
                            context.queryParams().contains("replicas")
                                ? context.queryParams().get("replicas")
                                : "",
                            context.body().isEmpty()
                                ? ""
                                : context.body().asString(StandardCharsets.UTF_8.name()))),
            false)
        .failureHandler(ExplainEndpoint::refuse);
  }

  private static void refuse(RoutingContext context) {
    if (context.statusCode() == TOO_LARGE) {
      send(
          context,
          Answers.refusal(
              TOO_LARGE,
              "the manifest is larger than %d bytes: ask about a part of it"
                  .formatted(MAX_BODY_BYTES)));
    } else if (!context.response().closed()) {
      context.next();
    }
  }

  /** Before the body is read, so that few bodies are in memory. */
  private void take(RoutingContext context) {
    if (!isOn.getAsBoolean()) {
      send(
          context,
          Answers.refusal(NOT_FOUND, "the controller explains nothing: set GPU_EXPLAIN=true"));
      return;
    }
    var question = new Question();
    if (questions.incrementAndGet() > MAX_QUESTIONS) {
      question.end();
      send(
          context,
          Answers.refusal(BUSY, "the controller answers others: ask again in some seconds"));
      return;
    }
    context.put(QUESTION, question);
    context.addEndHandler(
        unused -> {
          if (!question.isAsked()) {
            question.end();
          }
        });
    long timer =
        context
            .vertx()
            .setTimer(
                MOST_TIME.toMillis(),
                unused -> {
                  if (!question.isAsked()) {
                    context.request().connection().close();
                  }
                });
    context.addEndHandler(unused -> context.vertx().cancelTimer(timer));
    context.next();
  }

  private void answer(RoutingContext context, Function<Answers, Answer> asking) {
    Question question = context.get(QUESTION);
    question.ask();
    Answer answer;
    try {
      answer =
          answers
              .get()
              .map(asking)
              .orElseGet(
                  () ->
                      Answers.refusal(
                          BUSY, "the controller has not begun yet: ask again in some seconds"));
    } finally {
      question.end();
    }
    send(context, answer);
  }

  private static void send(RoutingContext context, Answer answer) {
    if (!context.response().ended() && !context.response().closed()) {
      context
          .response()
          .setStatusCode(answer.status())
          .putHeader("Content-Type", "application/json")
          .end(answer.json());
    }
  }

  /** One of those that are taken at a time. */
  private final class Question {

    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();

    /** From now on it ends by itself, whatever becomes of the connection. */
    void ask() {
      asked.set(true);
    }

    boolean isAsked() {
      return asked.get();
    }

    void end() {
      if (ended.compareAndSet(false, true)) {
        questions.decrementAndGet();
      }
    }
  }
}
