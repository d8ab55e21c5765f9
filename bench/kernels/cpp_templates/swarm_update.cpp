// Moves a swarm held as objects with member functions: attraction to a point, a speed limit, reflecting
// walls.

class Agent {
  float x_, y_, vx_, vy_;
  int bounces_;

public:
  void steer(float tx, float ty, float strength) {
    vx_ += strength * (tx - x_);
    vy_ += strength * (ty - y_);
  }
  void limit(float top) {
    float square = vx_ * vx_ + vy_ * vy_;
    if (square > top * top) {
      vx_ *= 0.5f;
      vy_ *= 0.5f;
    }
  }
  void move(float dt) {
    x_ += dt * vx_;
    y_ += dt * vy_;
    if (x_ < 0.0f || x_ > 1.0f) {
      vx_ = -vx_;
      bounces_ = (bounces_ + 1) & 0xffff;
    }
    if (y_ < 0.0f || y_ > 1.0f) {
      vy_ = -vy_;
      bounces_ = (bounces_ + 1) & 0xffff;
    }
  }
};

extern "C" void swarm_update(int agents, int steps, Agent *swarm, const float *target, float dt) {
  for (int t = 0; t < steps; ++t)
    for (int i = 0; i < agents; ++i) {
      swarm[i].steer(target[0], target[1], 0.01f);
      swarm[i].limit(0.2f);
      swarm[i].move(dt);
    }
}
